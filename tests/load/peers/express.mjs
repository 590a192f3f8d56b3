/** A page on Express: this server's own page (a file), with another jam's id each time. */

import { readFileSync } from "node:fs";
import express from "express";
import { newId } from "./jams.mjs";

const [, , port, pageFile, shownId] = process.argv;
const parts = readFileSync(pageFile, "utf8").split(shownId);
const application = express();
application.get("/", (_request, response) => {
  response.set("Cache-Control", "no-store").type("html").send(parts.join(newId()));
});
application.listen(Number(port), "127.0.0.1", () => console.log("ready"));
