/**
 * Loads the provider library. On Node 20 it prints a warning that it wants Node 22, which would frighten
 * everyone who starts the app; the stand-in's tests run on Node 20, so this one line is held back.
 */
export async function loadProviderLibrary(): Promise<typeof import('oidc-provider')> {
  const warn = console.warn;
  console.warn = (...args: unknown[]) => {
    if (!String(args[0]).includes('Unsupported runtime')) warn(...args);
  };
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}
