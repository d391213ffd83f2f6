/**
 * The view for a fault in our own code. A class, because React has no other form for this; nothing else is one.
 */
import { Component, type ReactNode } from 'react';
import type { Catalogue } from '../text/catalogue.ts';
import { en } from '../text/en.ts';
import { TextContext } from '../text/use-text.ts';

interface State {
  problem: string | null;
}

export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  static override contextType = TextContext;
  declare context: Catalogue | null;

  override state: State = { problem: null };

  static getDerivedStateFromError(error: unknown): State {
    return { problem: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.problem === null) return this.props.children;
    const text = this.context ?? en;
    return (
      <main className="page-centred crash">
        <h1>{text.crash.headline}</h1>
        <p>{text.crash.body}</p>
        <button type="button" className="button button-primary" onClick={() => location.reload()}>
          {text.crash.reload}
        </button>
        <details className="crash-details">
          <summary>{text.crash.details}</summary>
          <pre>{this.state.problem}</pre>
        </details>
        <p className="status-line" role="status">
          {text.status.phases.offline}
        </p>
      </main>
    );
  }
}
