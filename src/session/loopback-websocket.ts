/**
 * Amplify always opens `wss:`, also where its HTTP endpoint is plain `http:` (aws-amplify/amplify-js#9547). The
 * embedded stand-in on loopback has no certificate: there, and only there, the address is turned back to `ws:`.
 */
export interface WebSocketScope {
  WebSocket: typeof WebSocket;
}

/** Whether `endpoint` is plain HTTP on this very machine. */
export function isPlainLoopback(endpoint: string): boolean {
  const url = parse(endpoint);
  return url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

/**
 * Makes `scope.WebSocket` speak plain `ws:` to the host of `endpoint`, and leaves every other address alone.
 * Does nothing unless the endpoint is plain HTTP on loopback. The returned function puts things back.
 */
export function adaptLoopbackWebSocket(scope: WebSocketScope, endpoint: string): () => void {
  const local = parse(endpoint);
  const original = scope.WebSocket;
  if (local === null || !isPlainLoopback(endpoint) || original === undefined) return () => {};
  const adapted = new Proxy(original, {
    construct(target, args: [string | URL, (string | string[])?], newTarget) {
      const url = parse(String(args[0]));
      if (url?.protocol === 'wss:' && url.host === local.host) {
        url.protocol = 'ws:';
        args = [url.href, ...(args.slice(1) as [(string | string[])?])];
      }
      return Reflect.construct(target, args, newTarget) as WebSocket;
    },
  });
  scope.WebSocket = adapted;
  return () => {
    if (scope.WebSocket === adapted) scope.WebSocket = original;
  };
}

function parse(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
