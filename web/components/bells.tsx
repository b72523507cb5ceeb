// A carillon: bells on a beam, each smaller and higher than the one before.
import type { ReactNode } from 'react';
import { BellShape } from './bell.tsx';

/** Left edge and size of each bell, in the picture's units; they hang from the lower edge of the beam, at 6. */
const BELLS = [
  { x: 6, size: 62 },
  { x: 72, size: 53 },
  { x: 129, size: 45 },
  { x: 178, size: 38 },
  { x: 220, size: 32 },
  { x: 256, size: 27 },
] as const;

export function Bells(): ReactNode {
  return (
    <svg className="bells" viewBox="0 0 290 70" aria-hidden="true">
      <path className="bells-beam" d="M2 4h286" />
      {BELLS.map(({ x, size }, index) => (
        <svg key={x} x={x} y={6 - size / 24} width={size} height={size} viewBox="0 0 24 24" overflow="visible">
          <g className={`bells-bell bells-bell-${index + 1}`}>
            <BellShape />
          </g>
        </svg>
      ))}
    </svg>
  );
}
