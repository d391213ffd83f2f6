/** How long the access token lives, ticking, and how many there were. */
import { useConnectionStatus } from '../services.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { useText } from '../text/use-text.ts';
import { Fact } from './fact.tsx';
import { useNow } from './use-now.ts';

export function TokenFacts() {
  const text = useText();
  const token = useConnectionStatus()?.token ?? null;
  const now = useNow(token !== null);
  return (
    <section className="panel-section">
      <h3>{text.panel.token}</h3>
      <dl className="facts">
        <Fact name={text.panel.tokenLeft}>
          {token === null ? text.panel.tokenNone : lifeLeft(text, token.endsAt - now)}
        </Fact>
        {token !== null && <Fact name={text.panel.tokensUsed}>{token.used}</Fact>}
      </dl>
    </section>
  );
}

function lifeLeft(text: Catalogue, ms: number): string {
  return ms <= 0 ? text.panel.tokenOver : text.format.duration(ms);
}
