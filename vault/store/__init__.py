"""SQL over opaque bytes, and the files of a vault on disk. It can decrypt no record and judges none."""
