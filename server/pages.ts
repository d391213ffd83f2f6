/**
 * Where the app's pages come from: a template and a renderer. The server never imports the app; in production both
 * are what the build made, in development the development server provides them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PageData } from '../src/shared/page-data.ts';

interface RenderOptions {
  nonce: string;
  /** Told of errors that leave the page usable. */
  onError(error: unknown): void;
}

interface RenderedPage {
  pipe(destination: NodeJS.WritableStream): void;
  abort(): void;
}

/** What the build's server entry exports as `render`. Resolves when the page's frame is ready to be sent. */
type RenderPage = (data: PageData, options: RenderOptions) => Promise<RenderedPage>;

export interface PageSource {
  /** The HTML template with its placeholders (see `page-template.ts`). */
  template(url: string): Promise<string>;
  render: RenderPage;
  /** The build's name, the same for all its pages. Without it, a hash of the template. */
  build?(): Promise<string>;
}

/** The pages of a build in `dist` (absolute). Read when first needed, then kept. */
export function createBuiltPages(dist: string): PageSource {
  let template: Promise<string> | null = null;
  let entry: Promise<{ render: RenderPage }> | null = null;
  let build: Promise<string> | null = null;
  return {
    build() {
      build ??= readFile(join(dist, 'build.json'), 'utf8').then(
        (text) => (JSON.parse(text) as { build: string }).build,
      );
      return build;
    },
    template() {
      template ??= readFile(join(dist, 'client', 'index.html'), 'utf8').catch((cause: unknown) => {
        template = null;
        throw new Error(`There is no built page in ${dist}. Build it first: npm run build`, { cause });
      });
      return template;
    },
    async render(data, options) {
      const address = pathToFileURL(join(dist, 'server', 'entry-server.js')).href;
      entry ??= import(/* @vite-ignore */ address) as Promise<{ render: RenderPage }>;
      return (await entry).render(data, options);
    },
  };
}
