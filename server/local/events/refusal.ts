/** How bad credentials are answered: the socket is accepted, told `connection_error`, and closed. */
import type { WebSocket } from 'ws';
import type { Clock } from '../../../src/shared/clock.ts';
import type { ServiceError } from './service-error.ts';

/**
 * Clients attach their listener only after the socket has opened; they then send `connection_init`. The error
 * is the answer to that, or comes by itself after this time to a client that sends nothing.
 */
const WAIT_FOR_INIT_MS = 100;

export interface RefusalDeps {
  clock: Clock;
  /** Whether the switch is on under which no socket is sent anything. */
  silent(): boolean;
}

export function refuseSocket(
  socket: WebSocket,
  { errorType, message, status }: ServiceError,
  { clock, silent }: RefusalDeps,
): void {
  let told = false;
  function tell(): void {
    if (told || silent()) return;
    told = true;
    const errors = [{ errorType, message, errorCode: status }];
    socket.send(JSON.stringify({ type: 'connection_error', errors }));
    socket.close(1000);
  }
  const cancel = clock.after(WAIT_FOR_INIT_MS, tell);
  socket.on('message', tell);
  socket.on('error', () => socket.terminate());
  socket.on('close', cancel);
}
