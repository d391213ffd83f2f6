/** What the scenarios need of a browser: the least that Chromium, Firefox and WebKit can all be told from outside. */
import type { PageLike } from '../../support/page-like.ts';

/** An element as a person names it. */
export interface Target {
  role: 'button' | 'checkbox' | 'link' | 'textbox';
  /** The whole accessible name, or a part of it as a regular expression. */
  name: string | RegExp;
}

export interface Tab extends PageLike {
  /** Resolves when the document is loaded. */
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** To the page before this one, in the tab's history. */
  back(): Promise<void>;
  /** Presses the first such element as a mouse would, once it is shown and enabled. */
  click(target: Target): Promise<void>;
  /** Replaces the text of such a field, as somebody who types. */
  fill(target: Target, text: string): Promise<void>;
  /** As a person closes a tab: the page is told, nothing is asked. */
  close(): Promise<void>;
  /** PNG of what the tab shows. */
  screenshot(): Promise<Buffer>;
}

/** One browser with an empty profile of its own. */
export interface EngineBrowser {
  version: string;
  newTab(): Promise<Tab>;
  /** Ends the browser and removes its profile. */
  close(): Promise<void>;
}

export type EngineName = 'chromium' | 'firefox' | 'webkit';

/** How long an element may take to be there, milliseconds. */
export const PATIENCE_MS = 10_000;
