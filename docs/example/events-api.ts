/** The address of the Events API. An app of yours takes it from `amplify_outputs.json`, or from its server. */
import type { EventsConfig } from '../../src/shared/page-data.ts';

declare const __EVENTS_API__: EventsConfig;

export const eventsApi = __EVENTS_API__;
