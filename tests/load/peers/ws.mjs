/** A jam on bare `ws`: a map of sockets, and each event as text that is made once. */

import { WebSocketServer } from "ws";
import { forgetIfEmpty, fullestJam, joined, newUser, turn } from "./jams.mjs";

const sockets = new Map();

function tell(jam, event, except) {
  const text = JSON.stringify(event);
  for (const id of jam.users.keys()) if (id !== except) sockets.get(id).send(text);
}

const server = new WebSocketServer(
  { host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false, maxPayload: 4096, backlog: 2048 },
  () => console.log("ready"),
);
server.on("connection", (socket) => {
  const jam = fullestJam();
  const user = newUser();
  tell(jam, { type: "user_joined", user });
  jam.users.set(user.user_id, user);
  sockets.set(user.user_id, socket);
  socket.send(JSON.stringify({ type: "joined", ...joined(jam, user) }));
  socket.on("message", (data) => {
    const { type } = JSON.parse(data);
    if (type === "play") tell(jam, { type: "loop_played", ...turn(user, true) });
    if (type === "stop") tell(jam, { type: "loop_stopped", ...turn(user, false) });
  });
  socket.on("close", () => {
    jam.users.delete(user.user_id);
    sockets.delete(user.user_id);
    tell(jam, { type: "user_left", user_id: user.user_id });
    forgetIfEmpty(jam);
  });
});
