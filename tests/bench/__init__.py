"""`make bench`: how fast, beside a peer that is measured in the same run, on the machine that the table names."""
