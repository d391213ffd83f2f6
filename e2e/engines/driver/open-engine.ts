/** The browser of an engine. */
import type { EngineBrowser, EngineName } from './browser.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { openWebKit } from './webkit.ts';

const OPEN = { chromium: openChromium, firefox: openFirefox, webkit: openWebKit };

export const openEngine = (name: EngineName): Promise<EngineBrowser> => OPEN[name]();
