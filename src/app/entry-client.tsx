/** The browser's entry: reads what the server said about this page and takes over its HTML. */
import { hydrateRoot } from 'react-dom/client';
import { PAGE_DATA_ID, type PageData } from '../shared/page-data.ts';
import { App } from './app.tsx';
import { createServices } from './create-services.ts';
import { loadCatalogue } from './text/language.ts';

const script = document.getElementById(PAGE_DATA_ID);
const root = document.getElementById('root');
if (script === null || root === null) {
  throw new Error(
    'The page came without its data or its root element. Reload it; if that does not help, update the server.',
  );
}
const page = JSON.parse(script.textContent ?? '') as PageData;
// The words must be those of the server's HTML, or taking it over would change every one of them.
const text = await loadCatalogue(page.language);
hydrateRoot(root, <App services={createServices(page, text)} />);
