/** How long the access token lives, ticking, and how many there were. */
import { formatDuration } from '../format.ts';
import { useConnectionStatus } from '../services.ts';
import { text } from '../text.ts';
import { Fact } from './fact.tsx';
import { useNow } from './use-now.ts';

export function TokenFacts() {
  const token = useConnectionStatus()?.token ?? null;
  const now = useNow(token !== null);
  return (
    <section className="panel-section">
      <h3>{text.panel.token}</h3>
      <dl className="facts">
        <Fact name={text.panel.tokenLeft}>
          {token === null ? text.panel.tokenNone : lifeLeft(token.endsAt - now)}
        </Fact>
        {token !== null && <Fact name={text.panel.tokensUsed}>{token.used}</Fact>}
      </dl>
    </section>
  );
}

function lifeLeft(ms: number): string {
  return ms <= 0 ? text.panel.tokenOver : formatDuration(ms);
}
