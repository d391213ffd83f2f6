/** What passes between the simulated browser and the simulated servers: plain values instead of streams. */

export interface WireRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  cookies: Map<string, string>;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** `Set-Cookie`, in order; null removes. */
  cookies: [name: string, value: string | null][];
}

/**
 * The part of `Response` that our code reads and makes. A real one delivers its body through a stream, which needs
 * turns of the event loop: too slow, and not in step with a virtual clock.
 */
export class PlainResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly #body: string;

  constructor(body: string, init: { status: number; headers: Record<string, string> }) {
    this.status = init.status;
    this.headers = new Headers(init.headers);
    this.#body = body;
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#body) as unknown;
  }
}
