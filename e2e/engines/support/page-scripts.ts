/** Scripts that the front proxy puts before everything in a page: the same way in, in every engine. */
import type { App } from '../../support/fixtures.ts';

const ERROR_PATH = '/test-error';

export type Missing = 'SharedWorker' | 'locks' | 'serviceWorker';

function begin(app: App, path: string, script: string): void {
  app.proxy.serve(path, 'text/javascript', script);
  app.proxy.beginPagesWith(path);
}

/** From now on every page tells what nobody caught, and what its own security policy forbade. */
export function watchErrors(app: App): void {
  const watch = (path: string): void => {
    const tell = (what: unknown): void => {
      void fetch(`${path}?${encodeURIComponent(String(what))}`, { method: 'POST', keepalive: true }).catch(
        () => {},
      );
    };
    addEventListener('error', (event) => tell(event.message));
    addEventListener('unhandledrejection', ({ reason }) => tell(`unhandled: ${reason}`));
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      tell(`forbidden by ${effectiveDirective}: ${blockedURI}`),
    );
  };
  begin(app, '/test-errors.js', `(${watch})(${JSON.stringify(ERROR_PATH)});`);
}

/** What the pages told until now. */
export function errorsOf(app: App): string[] {
  return app.proxy.seen
    .filter(({ url }) => url.startsWith(ERROR_PATH))
    .map(({ url }) => decodeURIComponent(url.slice(ERROR_PATH.length + 1)));
}

/** From now on pages are those of a browser without these. */
export function takeAway(app: App, missing: readonly Missing[]): void {
  const remove = (names: readonly Missing[]): void => {
    for (const name of names) {
      if (name === 'SharedWorker') Reflect.deleteProperty(window, 'SharedWorker');
      else Reflect.deleteProperty(Navigator.prototype, name);
    }
  };
  begin(app, '/test-missing.js', `(${remove})(${JSON.stringify(missing)});`);
}

/** From now on pages come with this script. */
export function bring(app: App, script: string): void {
  begin(app, '/test-bring.js', script);
}
