/** Ends a TCP connection with a reset and nothing else. */
import type { Socket } from 'node:net';

/**
 * `resetAndDestroy()` closes its side first, and the peer may read that as an orderly end before the reset arrives.
 * The flag is the one by which that method makes the destruction a reset; the proxy's tests see when it no longer is.
 */
export function resetSocket(socket: Socket): void {
  Reflect.set(socket, 'resetAndClosing', true);
  socket.destroy();
}
