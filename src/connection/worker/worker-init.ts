/** What a tab tells the SharedWorker when it connects: for whom to lead, and where. */
import type { EventsConfig } from '../../shared/page-data.ts';

export interface WorkerInit {
  sub: string;
  /** The sign-in's epoch. */
  epoch: number;
  events: EventsConfig;
  /** The build of the page that started the worker, and so the worker's own. */
  build: string;
  /** Whether this browser has Web Locks (pages and workers have them together). */
  locks: boolean;
}
