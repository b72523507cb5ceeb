// A carillon: five bells on a beam, the middle one struck.
import type { ReactNode } from 'react';
import { BELL, CLAPPER } from './bell.tsx';

/** Left edge and size of each bell, in the picture's units; the beam is at 8. */
const BELLS = [
  { x: 8, size: 30 },
  { x: 46, size: 38 },
  { x: 92, size: 50 },
  { x: 150, size: 38 },
  { x: 196, size: 30 },
] as const;

export function Bells(): ReactNode {
  return (
    <svg className="bells" viewBox="0 0 234 72" aria-hidden="true">
      <path className="bells-beam" d="M2 8h230" />
      {BELLS.map(({ x, size }, index) => (
        <svg key={x} x={x} y={8 - size * 0.1} width={size} height={size} viewBox="0 0 24 24" overflow="visible">
          <g className={`bells-bell bells-bell-${index + 1}`}>
            <path d={BELL} />
            <path d={CLAPPER} />
          </g>
        </svg>
      ))}
    </svg>
  );
}
