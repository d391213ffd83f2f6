/** Points Amplify at the Events API, with tokens from the session. */
import { configureAmplify } from '../../src/session/amplify.ts';
import { session } from './app-session.ts';
import { eventsApi } from './events-api.ts';

configureAmplify(eventsApi, session.tokens);
