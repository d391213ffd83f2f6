import { describe, expect, it } from 'vitest';
import { adaptLoopbackWebSocket, isPlainLoopback, type WebSocketScope } from './loopback-websocket.ts';

class FakeSocket {
  static readonly OPEN = 1;
  readonly url: string;
  readonly protocols: unknown;
  constructor(url: string | URL, protocols?: unknown) {
    this.url = String(url);
    this.protocols = protocols;
  }
}

const makeScope = () => ({ WebSocket: FakeSocket }) as unknown as WebSocketScope;

describe('adaptLoopbackWebSocket', () => {
  it('turns only the address of the loopback endpoint to ws:', () => {
    const scope = makeScope();
    adaptLoopbackWebSocket(scope, 'http://localhost:3001/event');
    const socket = new scope.WebSocket('wss://localhost:3001/event/realtime', [
      'aws-appsync-event-ws',
      'header-x',
    ]);
    expect(socket).toMatchObject({
      url: 'ws://localhost:3001/event/realtime',
      protocols: ['aws-appsync-event-ws', 'header-x'],
    });
    expect(socket).toBeInstanceOf(FakeSocket);
    expect(scope.WebSocket.OPEN).toBe(1);
    expect(new scope.WebSocket('wss://localhost:9/x').url).toBe('wss://localhost:9/x');
    expect(new scope.WebSocket('wss://api.example/x').url).toBe('wss://api.example/x');
  });

  it('puts things back', () => {
    const scope = makeScope();
    adaptLoopbackWebSocket(scope, 'http://127.0.0.1:3001/event')();
    expect(scope.WebSocket).toBe(FakeSocket);
  });

  it.each([
    'https://abc.appsync-api.eu-west-1.amazonaws.com/event',
    'https://localhost:3001/event',
    'http://events.example/event',
    'http://localhost.evil.example/event',
    'nonsense',
  ])('does nothing for %s', (endpoint) => {
    const scope = makeScope();
    adaptLoopbackWebSocket(scope, endpoint);
    expect(scope.WebSocket).toBe(FakeSocket);
    expect(isPlainLoopback(endpoint)).toBe(false);
  });
});
