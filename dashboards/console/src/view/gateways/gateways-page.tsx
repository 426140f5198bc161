/** The engineer's view: whether anything is missing, what waits, how long it can wait, which devices have trouble. */
import type { ApiGateway } from '@karez/model';
import { useEffect, useState } from 'react';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';
import { GatewayCard } from './gateway-card.tsx';

/** How often the accounts are asked for while somebody looks at them, ms. */
const ASK_MS = 3_000;

export function GatewaysPage() {
  const { gateways, farm } = useLoadedFarm();
  const { say } = useWords();
  const asked = useAsked(farm);
  return (
    <div className="gateways">
      <h1 tabIndex={-1}>{say('nav.gateways')}</h1>
      {gateways.length === 0 ? <p className="note">{say('gateways.none', { farm })}</p> : null}
      {gateways.map((gateway) => {
        // What it says of itself comes live; what the cloud has is asked for.
        const newer = asked?.find((g) => g.gateway === gateway.gateway);
        return <GatewayCard key={gateway.gateway} gateway={{ ...gateway, ledger: newer?.ledger ?? gateway.ledger }} />;
      })}
    </div>
  );
}

function useAsked(farm: string): ApiGateway[] | undefined {
  const { api, clock } = usePorts();
  const { loads } = useLoadedFarm();
  const [asked, setAsked] = useState<ApiGateway[]>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a connection that is back asks at once.
  useEffect(() => {
    let over = false;
    const ask = () => {
      if (document.visibilityState !== 'visible') return;
      api.gateways().then(
        (all) => {
          if (!over) setAsked(all.filter((g) => g.farm === farm));
        },
        () => {
          // The bar says that the connection is gone; the next turn asks again.
        },
      );
    };
    ask();
    const stop = clock.every(ASK_MS, ask);
    return () => {
      over = true;
      stop();
    };
  }, [api, clock, farm, loads]);
  return asked;
}
