/** A jam on Socket.IO, over WebSocket only. Its own word for a group of sockets is a room. */

import { createServer } from "node:http";
import { Server } from "socket.io";
import { forgetIfEmpty, fullestJam, joined, newUser, turn } from "./jams.mjs";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, maxHttpBufferSize: 4096 });
io.on("connection", (socket) => {
  const jam = fullestJam();
  const user = newUser();
  io.to(jam.id).emit("user_joined", { user });
  jam.users.set(user.user_id, user);
  socket.join(jam.id);
  socket.emit("joined", joined(jam, user));
  socket.on("play", () => io.to(jam.id).emit("loop_played", turn(user, true)));
  socket.on("stop", () => io.to(jam.id).emit("loop_stopped", turn(user, false)));
  socket.on("disconnect", () => {
    jam.users.delete(user.user_id);
    io.to(jam.id).emit("user_left", { user_id: user.user_id });
    forgetIfEmpty(jam);
  });
});
http.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 }, () => console.log("ready"));
