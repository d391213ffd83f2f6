import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { resetSocket } from './reset.ts';

/** One end of a connection as a test sees it. */
interface End {
  socket: Socket;
  text(): string;
  /** How it ended: `end` (the other side closed), an error code, or null while it has not. */
  ended(): string | null;
}

function watch(socket: Socket): End {
  let text = '';
  let ended: string | null = null;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('end', () => {
    ended ??= 'end';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ended ??= error.code ?? 'error';
  });
  return { socket, text: () => text, ended: () => ended };
}

let echo: Server;
let atServer: End[];
let proxy: FaultProxy;

beforeEach(async () => {
  atServer = [];
  // It answers everything twice as long as it came, so that the directions cannot be mistaken for each other.
  echo = createServer((socket) => {
    atServer.push(watch(socket));
    socket.on('data', (chunk: Buffer) => socket.write(Buffer.concat([chunk, chunk])));
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy();
  proxy.target((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.close();
  for (const { socket } of atServer) socket.destroy();
  echo.close();
});

async function client(): Promise<End> {
  const end = watch(connect({ host: 'localhost', port: proxy.port, noDelay: true }));
  await once(end.socket, 'connect');
  return end;
}

/** A client whose first word went through and came back. */
async function talking(): Promise<End> {
  const end = await client();
  end.socket.write('a');
  await expect.poll(end.text).toBe('aa');
  return end;
}

const server = (): End => {
  const end = atServer.at(-1);
  if (end === undefined) throw new Error('nothing has reached the server');
  return end;
};

/** Resolves once whatever was under way on this machine has had ample time to arrive. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

describe('without a fault', () => {
  it('passes everything on, both ways, and counts it', async () => {
    const end = await talking();
    end.socket.write('b'.repeat(100_000));
    await expect.poll(() => end.text().length).toBe(200_002);
    expect(proxy.counts()).toEqual({ open: 1, opened: 1, refused: 0, up: 100_001, down: 200_002 });
  });

  it('passes on how a side ends: closed, or reset', async () => {
    const [first, second] = [await talking(), await talking()];
    const [atFirst, atSecond] = atServer;
    first.socket.end();
    await expect.poll(() => atFirst?.ended()).toBe('end');
    await expect.poll(first.ended).toBe('end');
    resetSocket(second.socket);
    await expect.poll(() => atSecond?.ended()).toBe('ECONNRESET');
    await expect.poll(() => proxy.counts().open).toBe(0);
  });

  it('resets a client when nobody listens behind it', async () => {
    echo.close();
    const end = await client();
    await expect.poll(end.ended).toBe('ECONNRESET');
  });
});

describe('a cut', () => {
  it.each([
    ['reset', 'ECONNRESET'],
    ['end', 'end'],
  ] as const)('by %s is seen on both sides, and new connections are let in', async (how, seen) => {
    const end = await talking();
    proxy.cut(how);
    await expect.poll(end.ended).toBe(seen);
    await expect.poll(server().ended).toBe(seen);
    await expect.poll(() => proxy.counts().open).toBe(0);
    await talking();
  });

  it('in the middle of what comes down lets exactly so many bytes through', async () => {
    const end = await talking();
    proxy.cutAfter(7);
    end.socket.write('0123456789');
    // Node takes a reset right behind the last bytes for an orderly end.
    await expect.poll(end.ended).not.toBe(null);
    expect(end.text()).toBe('aa0123456');
    expect(proxy.counts().down).toBe(9);
  });
});

describe('refusing', () => {
  it('resets new connections and leaves open ones alone', async () => {
    const before = await talking();
    proxy.refuse(true);
    const refused = watch(connect({ host: 'localhost', port: proxy.port }));
    await expect.poll(refused.ended).toBe('ECONNRESET');
    before.socket.write('b');
    await expect.poll(before.text).toBe('aabb');
    expect(proxy.counts()).toMatchObject({ open: 1, opened: 1, refused: 1 });
    proxy.refuse(false);
    await talking();
  });
});

describe('silence', () => {
  it('both ways: nothing passes, nobody is told, and it is late after all when mended', async () => {
    const end = await talking();
    proxy.silence('both', 'all');
    end.socket.write('b');
    server().socket.write('c');
    await quiet();
    expect([end.text(), server().text()]).toEqual(['aa', 'a']);
    expect([end.ended(), server().ended()]).toEqual([null, null]);
    proxy.mend();
    await expect.poll(() => server().text()).toBe('ab');
    await expect.poll(end.text).toBe('aacbb');
  });

  it('upwards: what the server says still arrives', async () => {
    const end = await talking();
    proxy.silence('up', 'all');
    end.socket.write('b');
    server().socket.write('c');
    await expect.poll(end.text).toBe('aac');
    expect(server().text()).toBe('a');
  });

  it('downwards: the server hears, its answer does not arrive', async () => {
    const end = await talking();
    proxy.silence('down', 'all');
    end.socket.write('b');
    await expect.poll(() => server().text()).toBe('ab');
    await quiet();
    expect(end.text()).toBe('aa');
  });

  it('hides that a side has gone', async () => {
    const end = await talking();
    proxy.silence('both', 'open');
    resetSocket(server().socket);
    await quiet();
    expect(end.ended()).toBe(null);
    proxy.mend();
    await expect.poll(end.ended).toBe('ECONNRESET');
  });

  it('of open connections leaves new ones alone; of all does not', async () => {
    await talking();
    proxy.silence('both', 'open');
    await talking();
    proxy.silence('both', 'all');
    const end = await client();
    end.socket.write('b');
    await quiet();
    expect(end.text()).toBe('');
    proxy.mend();
    await expect.poll(end.text).toBe('bb');
  });
});

describe('a bad line', () => {
  it('delays both directions, in order', async () => {
    const end = await talking();
    proxy.delay(80);
    const start = performance.now();
    end.socket.write('b');
    await expect.poll(() => server().text(), { interval: 2 }).toBe('ab');
    const there = performance.now() - start;
    await expect.poll(end.text, { interval: 2 }).toBe('aabb');
    expect(there).toBeGreaterThanOrEqual(79);
    expect(performance.now() - start).toBeGreaterThanOrEqual(158);
  });

  it('passes so many bytes a second and no more, and ends the wait when mended', async () => {
    const end = await talking();
    proxy.slow(10_000);
    const start = performance.now();
    end.socket.write('x'.repeat(2_000));
    await expect.poll(() => server().text().length, { interval: 5 }).toBe(2_001);
    const took = performance.now() - start;
    // The first piece of 200 bytes does not wait.
    expect(took).toBeGreaterThan(170);
    await expect.poll(() => end.text().length).toBe(4_002);
    proxy.slow(1);
    end.socket.write('y'.repeat(1_000));
    proxy.mend();
    await expect.poll(() => end.text().length).toBe(6_002);
  });

  it('holds a fast sender back instead of filling the memory', async () => {
    const end = await talking();
    proxy.silence('up', 'all');
    let taken = 0;
    const piece = Buffer.alloc(1_000_000);
    for (let sent = 0; sent < 64; sent += 1) {
      end.socket.write(piece, () => {
        taken += 1;
      });
    }
    await quiet();
    expect(taken).toBeLessThan(64);
    proxy.mend();
    await expect.poll(() => taken, { timeout: 10_000 }).toBe(64);
    await expect.poll(() => proxy.counts().up, { timeout: 10_000 }).toBe(64_000_001);
  });
});
