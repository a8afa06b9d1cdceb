"use strict";
// Opens what is sealed in this file with words, and shows it as text. No library, no connection, nothing stored.
// The bytes are those of FORMAT.md 8. What stands in the report is never taken for markup: `textContent` alone.
(() => {
  const byId = (id) => document.getElementById(id);
  const said = JSON.parse(byId("said").textContent);
  const utf8 = new TextEncoder();
  const subtle = globalThis.crypto && globalThis.crypto.subtle;
  const BEGIN = "casevault page";
  const LEAST_WORK = 600000, MOST_WORK = 10000000;
  const AT_SALT = 20, AT_COMMITMENT = 52, AT_CONTENT = 84;
  const BLOCK = 512;
  // Keys under which one signature holds for every message (FORMAT.md 3), without the sign bit.
  const SMALL_ORDER = [
    "00".repeat(32),
    "01" + "00".repeat(31),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff".repeat(30) + "7f",
    "ed" + "ff".repeat(30) + "7f",
    "ee" + "ff".repeat(30) + "7f",
  ];

  class Altered extends Error {}
  class WrongWords extends Error {}

  // ---- what the page says of itself, in the language that is chosen ----

  let language = document.documentElement.lang;

  function speak() {
    const words = said.page[language];
    document.documentElement.lang = language;
    document.title = words.title;
    byId("language").value = language;
    for (const each of document.querySelectorAll("[data-word]")) {
      each.textContent = words[each.dataset.word].replace("{}", () => each.dataset.value || "");
    }
    for (const each of document.querySelectorAll("[data-label]")) {
      each.setAttribute("aria-label", words[each.dataset.label]);
    }
  }

  function tell(element, word, value = "") {
    element.dataset.word = word;
    element.dataset.value = value;
    speak();
  }

  function silence(element) {
    delete element.dataset.word;
    element.textContent = "";
  }

  // ---- from words to files ----

  function wordForm(typed) {
    const folded = [...typed.normalize("NFKC").toLowerCase().normalize("NFKC")];
    const keys = folded.map((letter) => said.keys[letter] ?? letter).join("");
    return keys.normalize("NFD").replace(/\p{Mn}/gu, "").trim().split(/\s+/u).join(" ").normalize("NFKC");
  }

  function sealedBytes() {
    const text = atob(byId("sealed").textContent);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  }

  function alike(one, other) {
    let difference = one.length ^ other.length;
    for (let at = 0; at < one.length; at++) difference |= one[at] ^ other[at];
    return difference === 0;
  }

  async function opened(typed) {
    const sealed = sealedBytes();
    const iterations = sealed.length > AT_CONTENT ? new DataView(sealed.buffer).getUint32(16) : 0;
    const begin = utf8.encode(`${BEGIN}\u0001\u0001`);
    if (!alike(sealed.subarray(0, 16), begin) || iterations < LEAST_WORK || iterations > MOST_WORK) throw new Altered();
    const words = await subtle.importKey("raw", utf8.encode(wordForm(typed)), "PBKDF2", false, ["deriveBits"]);
    const salt = sealed.subarray(AT_SALT, AT_COMMITMENT);
    const stretched = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, words, 256);
    const source = await subtle.importKey("raw", stretched, "HKDF", false, ["deriveBits"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8.encode("casevault/page") };
    const both = new Uint8Array(await subtle.deriveBits(how, source, 512));
    if (!alike(both.subarray(32), sealed.subarray(AT_COMMITMENT, AT_CONTENT))) throw new WrongWords();
    const key = await subtle.importKey("raw", both.subarray(0, 32), "AES-GCM", false, ["decrypt"]);
    const aead = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: sealed.subarray(0, AT_CONTENT) };
    try {
      return new Uint8Array(await subtle.decrypt(aead, key, sealed.subarray(AT_CONTENT)));
    } catch {
      throw new Altered();
    }
  }

  function textOf(bytes) {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  function filesOf(tar) {
    const files = new Map();
    for (let at = 0; tar[at]; ) {
      const name = textOf(tar.subarray(at, at + 100)).replace(/\0.*$/su, "");
      const size = parseInt(textOf(tar.subarray(at + 124, at + 135)), 8);
      const end = at + BLOCK + size;
      if (!(size >= 0) || end > tar.length || files.has(name)) throw new Altered();
      files.set(name, tar.subarray(at + BLOCK, end));
      at = Math.ceil(end / BLOCK) * BLOCK;
    }
    return files;
  }

  // ---- who made it ----

  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const digest = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async function wordsOf(what, bytes, count) {
    const bits = [...(await digest(joined(utf8.encode(what), bytes)))]
      .map((byte) => byte.toString(2).padStart(8, "0"))
      .join("");
    return Array.from({ length: count }, (_, at) => said.list[parseInt(bits.slice(10 * at, 10 * at + 10), 2)]).join(" ");
  }

  // Returns the words of the key that signed; nothing where this browser knows no Ed25519. Whose key it is, no page can say.
  async function maker(files, manifest) {
    const [, key, signature] = /^([0-9a-f]{64})\n([0-9a-f]{128})\n$/.exec(textOf(files.get("manifest.sig"))) || [];
    if (!key) throw new Altered();
    const names = [...files.keys()].filter((name) => !name.startsWith("manifest."));
    if (names.sort().join() !== Object.keys(manifest.files).sort().join()) throw new Altered();
    for (const name of names) {
      if (hex(await digest(files.get(name))) !== manifest.files[name].sha256) throw new Altered();
    }
    const unsigned = unhex(key);
    unsigned[31] &= 0x7f;
    if (SMALL_ORDER.includes(hex(unsigned))) throw new Altered();
    let verifying;
    try {
      verifying = await subtle.importKey("raw", unhex(key), { name: "Ed25519" }, false, ["verify"]);
    } catch (fault) {
      if (fault.name === "NotSupportedError") return "";
      throw new Altered();
    }
    const message = joined(utf8.encode("casevault/package/v1\0"), files.get("manifest.json"));
    if (!(await subtle.verify({ name: "Ed25519" }, verifying, unhex(signature), message))) throw new Altered();
    return wordsOf("casevault/package", unhex(key), 13);
  }

  // ---- the report, as text ----

  const TELLING = [["fa", /[پچژگ]/u], ["ky", /[ңөү]/iu], ["uk", /[іїєґ]/iu]];

  function languageOf(text, usual) {
    const telling = TELLING.find(([, letters]) => letters.test(text));
    if (telling) return telling[0];
    const count = (pattern) => (text.match(pattern) || []).length;
    const half = count(/\p{L}/gu) / 2;
    if (count(/\p{Script=Arabic}/gu) > half) return "ar";
    return count(/\p{Script=Cyrillic}/gu) > half ? "ru" : usual;
  }

  function dayOf(text) {
    const [, year, month, day, time, about] =
      /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}))?)?)?(~?)$/.exec(text) || [];
    const { months, of_months, about: circa, first } = said.report.calendar;
    if (!year || Number(month || 1) < 1 || Number(month || 1) > 12) return text;
    let words = month ? `${months[month - 1]} ${year}` : year;
    if (day) words = `${Number(day) === 1 ? first : Number(day)} ${of_months[month - 1]} ${year}`;
    if (time) words += `, ${time}`;
    return about ? `${circa} ${words}` : words;
  }

  function add(parent, name, text, attributes = {}) {
    const element = parent.appendChild(document.createElement(name));
    if (text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  function addText(parent, text) {
    for (const line of String(text).split("\n")) {
      if (line.trim()) add(parent, "p", line, { dir: "auto", lang: languageOf(line, said.report.language) });
    }
  }

  const wordOf = (table, key) => (Object.hasOwn(said.report[table], key) ? said.report[table][key] : key);

  function shown(heading, label, text) {
    const codes = (said.report.codes[heading] || {})[label] || {};
    if (Object.hasOwn(codes, text)) return codes[text];
    return said.report.days.includes(label) ? dayOf(text) : text;
  }

  function addRow(list, label, text) {
    if (!text) return;
    add(list, "dt", label);
    addText(add(list, "dd"), text);
  }

  function addFacts(parent, data) {
    const list = add(parent, "dl"), fixed = said.report.fixed;
    const release = [wordOf("releases", data.release), data.pages === "unread" ? fixed.unread : ""].join("\n");
    addRow(list, fixed.day, dayOf(data.day || ""));
    for (const name of ["reference", "organisation", "recipient"]) addRow(list, fixed[name], data[name]);
    addRow(list, fixed.profile, wordOf("profiles", data.profile));
    addRow(list, fixed.release, release);
  }

  function addRecord(parent, record, number) {
    const list = document.createElement("dl"), lead = [];
    const texts = document.createElement("div");
    for (const { label, text } of record.blocks) {
      const words = shown(record.heading, label, text);
      if (label === "text") addText(texts, words);
      else if (record.heading === "note") lead.push(words);
      else addRow(list, wordOf("labels", label), words);
    }
    if (number) add(parent, "h3", [number, ...lead].join(" · "), { dir: "auto" });
    if (list.hasChildNodes()) parent.append(list);
    if (texts.hasChildNodes()) parent.append(texts);
  }

  // What a lawyer needs in a minute, as the first page of the report has it.
  function addEntries(parent, entries) {
    const list = add(parent, "dl");
    for (const { head, rows, body } of entries) {
      if (head.length) addRow(list, head[0], [head.slice(1).join(" · "), ...body].join("\n"));
      else addText(parent, body.join("\n"));
      for (const { label, texts } of rows) addRow(list, label, texts.join("\n"));
    }
  }

  function addKey(parent, coded) {
    const list = add(parent, "dl"), fixed = said.report.fixed, relations = said.report.codes.relation["is-to"];
    for (const { code, role, relations: found } of coded.filter((each) => each.role)) {
      const whom = (each) => (each["to-whom"] === "client" ? fixed.client : each["to-whom"]);
      const told = found.map((each) =>
        fixed.relation.replace("{relation}", () => relations[each["is-to"]]).replace("{whom}", () => whom(each)));
      addRow(list, code, [wordOf("headings", role), ...told].join("; "));
    }
    addRow(list, fixed.key_others, coded.filter((each) => !each.role).map((each) => each.code).join(", "));
  }

  function addRemovals(parent, removals) {
    const list = add(parent, "dl"), fixed = said.report.fixed, numbers = new Map();
    for (const { number, type, reason } of removals) {
      const why = wordOf("reasons", reason);
      const label = fixed.removal.replace("{type}", () => wordOf("types", type)).replace("{reason}", () => why);
      numbers.set(label, [...(numbers.get(label) || []), number]);
    }
    for (const [label, found] of numbers) addRow(list, label, found.join(", "));
  }

  // What a later program writes beside is shown too, by its own keys: nothing of the report stays unseen.
  function addOther(parent, value) {
    if (Array.isArray(value)) {
      const list = add(parent, "ul");
      for (const each of value) addOther(add(list, "li"), each);
    } else if (value && typeof value === "object") {
      const list = add(parent, "dl");
      for (const [key, each] of Object.entries(value)) {
        add(list, "dt", wordOf("labels", key));
        addOther(add(list, "dd"), each);
      }
    } else {
      addText(parent, dayOf(String(value ?? "")));
    }
  }

  const KNOWN = ["contact", "day", "first_page", "format", "key", "language", "notice", "organisation", "pages", "profile",
    "purpose", "recipient", "reference", "release", "removals", "sections", "title"];

  function showReport(data) {
    const content = byId("content"), groups = [];
    content.lang = said.report.language;
    add(content, "h1", data.title, { id: "title" });
    byId("report").setAttribute("aria-labelledby", "title");
    const contents = document.createElement("nav"), places = add(contents, "ul");
    contents.dataset.label = "contents";
    const group = (title) => {
      const section = add(content, "section", undefined, { id: `part-${groups.length}` });
      groups.push(section);
      add(section, "h2", title);
      add(add(places, "li"), "a", title, { href: `#${section.id}` });
      return section;
    };
    const fixed = said.report.fixed;
    for (const { heading, entries } of data.first_page || []) addEntries(group(heading), entries);
    content.append(contents);  // after what is read in a minute
    addFacts(group(fixed.about), data);
    for (const [key, value] of Object.entries(data)) {
      if (!KNOWN.includes(key)) addOther(group(wordOf("headings", key)), value);
    }
    if ((data.key || []).length) addKey(group(fixed.key), data.key);
    const records = data.sections.filter((record) => record.blocks.length);
    for (let at = 0; at < records.length; ) {
      const heading = records[at].heading;
      const together = records.slice(at).findIndex((record) => record.heading !== heading);
      const end = together < 0 ? records.length : at + together;
      const section = group(wordOf("headings", heading));
      for (let n = at; n < end; n++) {
        addRecord(section, records[n], heading === "note" || end - at > 1 ? n - at + 1 : 0);
      }
      at = end;
    }
    if ((data.removals || []).length) addRemovals(group(fixed.removals), data.removals);
    const notice = group(data.notice.heading);
    for (const line of data.notice.lines) addText(notice, line);
    add(add(places, "li"), "a", "", { href: "#reply", "data-word": "reply_title" });
  }

  const TYPES = new Map([
    ["report.pdf", ["save_pdf", "application/pdf"]],
    ["report.docx", ["save_docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"]],
    ["data.json", ["save_data", "application/json"]],
  ]);

  function save(name, content, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  const PAPER = /^paper-([0-9]{2})\.pdf$/;

  function addSaves(files) {
    const papers = [...files.keys()].filter((name) => PAPER.test(name));
    for (const [name, [word, type]] of [...TYPES, ...papers.map((name) => [name, ["save_paper", "application/pdf"]])]) {
      if (!files.has(name)) continue;
      const button = add(byId("saves"), "button", "", { type: "button", id: `save-${name}` });
      button.dataset.word = word;
      if (PAPER.test(name)) button.dataset.value = Number(PAPER.exec(name)[1]);
      button.addEventListener("click", () => save(name, files.get(name), type));
    }
  }

  // ---- what the sender hears of it: four words by telephone, and a form that names nobody ----

  let id = null, known = new Set();

  async function askReply(manifest, data) {
    id = unhex(manifest.id);
    known = new Set((data.removals || []).map((each) => each.number));
    tell(byId("receipt"), "receipt", await wordsOf("casevault/receipt", id, 4));
  }

  // Canonical JSON: keys in their order, no spaces, plain letters alone.
  async function replyForm(answer, numbers) {
    const key = await subtle.importKey("raw", id, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const form = utf8.encode(JSON.stringify({ answer, numbers, reply: 1 }));
    const code = hex(new Uint8Array(await subtle.sign("HMAC", key, joined(utf8.encode("casevault/reply"), form))));
    return JSON.stringify({ answer, code, numbers, reply: 1 });
  }

  byId("reply").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = byId("answer").value, asked = byId("numbers").value;
    const numbers = [...new Set((asked.toUpperCase().match(/[0-9]+/gu) || []).map((number) => `R${Number(number)}`))];
    const state = byId("reply-state");
    if (asked.trim() && !(numbers.length && numbers.every((number) => known.has(number)))) {
      tell(state, "reply_unknown");
    } else if (!answer && !numbers.length) {
      tell(state, "reply_empty");
    } else {
      save("reply.json", await replyForm(answer, numbers), "application/json");
      tell(state, "reply_saved");
    }
  });

  function showMaker(words, manifest) {
    if (words) {
      tell(byId("made-by"), "made_by", words);
    } else {
      byId("made-by").className = "stop";
      byId("made-how").hidden = true;
      tell(byId("made-by"), "not_checked");
    }
    if (!manifest.expires) return;
    const now = new Date();
    const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
    const isOver = manifest.expires < today;
    byId("until").className = isOver ? "stop" : "";
    tell(byId("until"), isOver ? "over" : "until", dayOf(manifest.expires));
  }

  // ---- what somebody does ----

  async function show(typed) {
    const files = filesOf(await opened(typed));
    const read = (name) => {
      if (!files.has(name)) throw new Altered();
      return JSON.parse(textOf(files.get(name)));
    };
    const manifest = read("manifest.json");
    const words = await maker(files, manifest);
    const data = read("data.json");
    showReport(data);
    addSaves(files);
    await askReply(manifest, data);
    showMaker(words, manifest);
    byId("closed").remove();
    byId("report").hidden = false;
    speak();
    byId("report").focus();
  }

  byId("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("words"), state = byId("state");
    tell(state, "opening");
    byId("open").disabled = true;
    try {
      await show(field.value);
      field.value = "";
      silence(state);
    } catch (fault) {
      byId("content").replaceChildren();
      byId("saves").replaceChildren();
      tell(state, fault instanceof WrongWords ? "wrong" : "altered");
      byId("open").disabled = false;
      field.focus();
    }
  });
  byId("show").addEventListener("change", (event) => {
    byId("words").type = event.target.checked ? "text" : "password";
  });
  byId("language").addEventListener("change", (event) => {
    language = event.target.value;
    speak();
  });
  byId("print").addEventListener("click", () => window.print());
  byId("close").addEventListener("click", () => window.location.reload());

  speak();
  if (subtle) {
    byId("closed").hidden = false;
    byId("words").focus();
  } else {
    tell(byId("state"), "no_cryptography");
  }
})();
