import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  CLOSE,
  decode,
  encode,
  FROM_CLIENT,
  FROM_SERVER,
  PROTOCOL_VERSION,
} from "../../jams/static/jams/js/protocol.js";
import { joined } from "./fakes.js";

const python = readFileSync(new URL("../../jams/messages.py", import.meta.url), "utf8");

test("the tags are the server's, each once", () => {
  const tags = [...python.matchAll(/tag="(\w+)"/g)].map(([, tag]) => tag).sort();
  // The clock goes both ways under one tag.
  const ours = [...Object.values(FROM_CLIENT), ...Object.values(FROM_SERVER)].sort();
  assert.deepEqual(ours, tags);
});

test("so are the close codes and the version", () => {
  const codes = [...python.matchAll(/^ {4}\w+ = (4\d{3})$/gm)]
    .map(([, code]) => Number(code))
    .sort();
  assert.deepEqual(Object.values(CLOSE).sort(), codes);
  assert.equal(PROTOCOL_VERSION, Number(/^PROTOCOL = (\d+)$/m.exec(python)?.[1]));
});

test("what comes is checked, and may carry more than this version knows", () => {
  const message = joined({ mood: "great" });
  assert.deepEqual(decode(JSON.stringify(message)), message);
  assert.equal(decode(JSON.stringify({ ...message, users: [{}] })), null);
  assert.equal(decode(JSON.stringify({ type: "constructor" })), null);
  assert.equal(decode('{"type":"clock","sent":"1","received_ms":1,"replied_ms":1}'), null);
});

test("what goes has its tag", () => {
  assert.equal(encode(FROM_CLIENT.SWAP, { loop: "vox" }), '{"loop":"vox","type":"swap"}');
});
