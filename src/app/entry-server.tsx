/**
 * The server's entry: the same tree as in the browser, rendered from the page's data alone. It knows the user's
 * name and the opened channel, never a token.
 */
import { renderToPipeableStream } from 'react-dom/server';
import type { PageData } from '../shared/page-data.ts';
import { App } from './app.tsx';
import { createInertServices } from './inert-services.ts';
import { loadCatalogue } from './text/language.ts';

export interface RenderOptions {
  /** The Content-Security-Policy nonce of this answer. */
  nonce: string;
  /** Hears of every error while rendering, also those after the shell was sent. */
  onError(error: unknown): void;
}

/** The part of Node's `Writable` that React writes to. */
type Destination = Parameters<ReturnType<typeof renderToPipeableStream>['pipe']>[0];

export interface Rendering {
  pipe<T extends Destination>(destination: T): T;
  abort(): void;
}

/**
 * Renders the app. Resolves as soon as the shell can be sent.
 * @throws whatever the shell threw: then nothing has been written.
 */
export async function render(data: PageData, options: RenderOptions): Promise<Rendering> {
  const text = await loadCatalogue(data.language);
  return new Promise((resolve, reject) => {
    const { pipe, abort } = renderToPipeableStream(<App services={createInertServices(data, text)} />, {
      nonce: options.nonce,
      onShellReady: () => resolve({ pipe, abort }),
      onShellError: reject,
      onError: options.onError,
    });
  });
}
