/**
 * A TCP proxy that does to real connections what networks do: cuts them, lets them fall silent without a word,
 * slows them down, refuses new ones. It knows nothing of HTTP or WebSockets. Directions are the client's: "up" is
 * what the client sends. Bytes that a fault holds back are not lost but late, as TCP would send them again.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createPipe, type Pipe } from './fault-pipe.ts';
import { resetSocket } from './reset.ts';

export type Direction = 'up' | 'down';

export interface WireCounts {
  /** Connections that are open now. */
  open: number;
  /** Connections accepted until now; refused ones are not among them. */
  opened: number;
  refused: number;
  /** Bytes passed on until now. */
  up: number;
  down: number;
}

export interface FaultProxy {
  port: number;
  counts(): WireCounts;
  /** Ends every open connection on both sides: with a reset, or as if each side had closed. New ones are let in. */
  cut(how: 'reset' | 'end'): void;
  /** Resets every connection once `bytes` more bytes went down on it: in the middle of a frame. */
  cutAfter(bytes: number): void;
  /** Whether new connections are reset at once, as where nobody listens. Open ones stay. */
  refuse(on: boolean): void;
  /** Everything, handshakes included, arrives this much later in each direction. */
  delay(ms: number): void;
  /** No connection passes on more than this in each direction. */
  slow(bytesPerSecond: number): void;
  /**
   * Nothing passes any more in these directions, the end of a connection included, and nobody is told.
   * `which`: the connections that are open now (a router forgot them), or new ones as well (the network is gone).
   */
  silence(directions: Direction | 'both', which: 'open' | 'all'): void;
  /** Ends every fault; what was held back goes on its way. */
  mend(): void;
  /** Where connections lead: a port of this machine. */
  target(port: number): void;
  close(): Promise<void>;
}

interface Connection {
  client: Socket;
  server: Socket;
  pipes: Record<Direction, Pipe>;
}

export async function startFaultProxy(): Promise<FaultProxy> {
  const connections = new Set<Connection>();
  const totals: WireCounts = { open: 0, opened: 0, refused: 0, up: 0, down: 0 };
  const silenced = new Set<Direction>();
  const conditions = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
  let targetPort = 0;
  let isRefusing = false;

  // A side that has ended may still be spoken to: whether both end is theirs to decide.
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => {});
    if (isRefusing) {
      totals.refused += 1;
      resetSocket(client);
      return;
    }
    totals.opened += 1;
    open(client);
  });

  function open(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true, noDelay: true });
    server.on('error', () => {});
    const pipe = (from: Socket, to: Socket, direction: Direction): Pipe =>
      createPipe({
        ...{ from, to, conditions },
        passed: (bytes) => {
          totals[direction] += bytes;
        },
      });
    const connection: Connection = {
      client,
      server,
      pipes: { up: pipe(client, server, 'up'), down: pipe(server, client, 'down') },
    };
    for (const direction of silenced) connection.pipes[direction].silence(true);
    connections.add(connection);
    const closed = (): void => {
      if (client.destroyed && server.destroyed) connections.delete(connection);
    };
    client.on('close', closed);
    server.on('close', closed);
  }

  function reset({ client, server, pipes }: Connection): void {
    for (const pipe of Object.values(pipes)) pipe.stop();
    resetSocket(client);
    resetSocket(server);
  }

  function end({ client, server, pipes }: Connection): void {
    for (const pipe of Object.values(pipes)) pipe.stop();
    for (const socket of [client, server]) socket.resume().end();
  }

  await new Promise<void>((resolve) => listener.listen(0, 'localhost', resolve));

  return {
    port: (listener.address() as AddressInfo).port,
    counts: () => ({ ...totals, open: connections.size }),
    cut(how) {
      for (const connection of connections) (how === 'reset' ? reset : end)(connection);
    },
    cutAfter(bytes) {
      for (const connection of connections) connection.pipes.down.stopAfter(bytes, () => reset(connection));
    },
    refuse(on) {
      isRefusing = on;
    },
    delay(ms) {
      conditions.delayMs = ms;
    },
    slow(bytesPerSecond) {
      conditions.bytesPerSecond = bytesPerSecond;
    },
    silence(directions, which) {
      for (const direction of directions === 'both' ? (['up', 'down'] as const) : [directions]) {
        if (which === 'all') silenced.add(direction);
        for (const { pipes } of connections) pipes[direction].silence(true);
      }
    },
    mend() {
      isRefusing = false;
      silenced.clear();
      conditions.delayMs = 0;
      conditions.bytesPerSecond = Number.POSITIVE_INFINITY;
      for (const { pipes } of connections) {
        for (const pipe of Object.values(pipes)) pipe.mend();
      }
    },
    target(port) {
      targetPort = port;
    },
    async close() {
      for (const connection of connections) reset(connection);
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
