/** A jam on Colyseus: its own matchmaking (join or create), and messages instead of state patches. */

import { createServer } from "node:http";
import { Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { joined, newJam, newUser, turn } from "./jams.mjs";

class Jam extends Room {
  maxClients = 7;
  patchRate = null;

  onCreate() {
    this.jam = newJam();
    this.onMessage("play", (client) => this.broadcast("loop_played", turn(client.userData, true)));
    this.onMessage("stop", (client) => this.broadcast("loop_stopped", turn(client.userData, false)));
  }

  onJoin(client) {
    const user = newUser();
    client.userData = user;
    this.broadcast("user_joined", { user }, { except: client });
    this.jam.users.set(user.user_id, user);
    client.send("joined", joined(this.jam, user));
  }

  onLeave(client) {
    this.jam.users.delete(client.userData.user_id);
    this.broadcast("user_left", { user_id: client.userData.user_id });
  }
}

const server = new Server({
  greet: false,
  transport: new WebSocketTransport({ server: createServer(), perMessageDeflate: false, maxPayload: 4096 }),
});
server.define("jam", Jam);
await server.listen(Number(process.argv[2]), "127.0.0.1", 2048);
console.log("ready");
