/** The entry of `npm start`: starts the server, says where it is, stops it on a signal. */
import { ConfigError } from './config/config.ts';
import { introduction } from './introduction.ts';
import { type RunningServer, startServer } from './start.ts';

/** A stop that takes longer is cut short. */
const STOP_LIMIT_MS = 5_000;

async function main(): Promise<void> {
  let server: RunningServer;
  try {
    server = await startServer(process.env, { cwd: process.cwd(), say: console.log });
  } catch (error) {
    console.error(sentence(error));
    process.exitCode = 1;
    return;
  }
  stopOn(['SIGTERM', 'SIGINT'], server);
  for (const line of introduction(server)) console.log(line);
}

function stopOn(signals: readonly NodeJS.Signals[], server: RunningServer): void {
  let stopping = false;
  const stop = async () => {
    // A second signal means: now.
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    await server.close();
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, () => void stop());
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken. Stop what uses it, or choose another: PORT, LOCAL_PORT.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
