/**
 * Every action of the desk: the one list that the palette, the shortcuts and the sheet of shortcuts are made from.
 * What an action does is given by the part that owns it (`useAction`); where nobody does now, it is not available.
 */
import type { Catalogue } from '../text/catalogue.ts';

export type ActionId = keyof Catalogue['actions']['names'];
export type ActionGroup = keyof Catalogue['actions']['groups'];

export interface ActionDefinition {
  id: ActionId;
  group: ActionGroup;
  /**
   * `mod` is ⌘ on Apple's systems and Ctrl elsewhere. Without a modifier it works only outside text fields, and
   * only while single keys are allowed (WCAG 2.2, 2.1.4).
   */
  keys: string | null;
}

export const ACTIONS: readonly ActionDefinition[] = [
  { id: 'palette', group: 'desk', keys: 'mod+k' },
  { id: 'shortcuts', group: 'desk', keys: '?' },
  { id: 'openChannel', group: 'channel', keys: 'o' },
  { id: 'nextChannel', group: 'channel', keys: ']' },
  { id: 'previousChannel', group: 'channel', keys: '[' },
  { id: 'pinChannel', group: 'channel', keys: 'p' },
  { id: 'closeChannel', group: 'channel', keys: 'x' },
  { id: 'focusFeed', group: 'feed', keys: 'e' },
  { id: 'newest', group: 'feed', keys: 'n' },
  { id: 'pause', group: 'feed', keys: 'h' },
  { id: 'goToTime', group: 'feed', keys: 't' },
  { id: 'filter', group: 'feed', keys: '/' },
  { id: 'clearFilter', group: 'feed', keys: null },
  { id: 'saveView', group: 'feed', keys: 's' },
  { id: 'exportChannel', group: 'feed', keys: null },
  { id: 'openRecording', group: 'feed', keys: null },
  { id: 'searchEvent', group: 'event', keys: 'f' },
  { id: 'copyEvent', group: 'event', keys: 'c' },
  { id: 'compareEvent', group: 'event', keys: 'd' },
  { id: 'rawEvent', group: 'event', keys: 'r' },
  { id: 'closeDetail', group: 'event', keys: 'Escape' },
  { id: 'writeEvent', group: 'desk', keys: 'w' },
  { id: 'formatDraft', group: 'desk', keys: null },
  { id: 'templates', group: 'desk', keys: 'm' },
  { id: 'sentHistory', group: 'desk', keys: 'y' },
  { id: 'connection', group: 'connection', keys: 'i' },
  { id: 'watchRules', group: 'desk', keys: 'b' },
  { id: 'retryNow', group: 'connection', keys: null },
  { id: 'themeNext', group: 'desk', keys: null },
  { id: 'densityNext', group: 'desk', keys: null },
  { id: 'languageNext', group: 'desk', keys: null },
];
