/** The user-free shell, before the page knows who is signed in. */
import { LogoMark } from '../design/icons.tsx';
import { StatusLine } from '../status/status-line.tsx';
import { useText } from '../text/use-text.ts';

export function LoadingView() {
  const text = useText();
  return (
    <div className="page">
      <header className="landing-bar">
        <LogoMark />
        <span className="brand">{text.app}</span>
      </header>
      <main className="page-centred" id="main" aria-busy="true">
        <h1>{text.loading.headline}</h1>
        <p>{text.loading.body}</p>
        <p className="hint appear-late">{text.loading.offlineHint}</p>
      </main>
      <footer className="landing-foot">
        <StatusLine />
      </footer>
    </div>
  );
}
