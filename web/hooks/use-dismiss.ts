// Closes what lies over the page when somebody presses Escape or points elsewhere.
import { type RefObject, useEffect } from 'react';

export function useDismiss(part: RefObject<HTMLElement | null>, isOpen: boolean, close: (how: 'key' | 'pointer') => void): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    const pressed = ({ key }: KeyboardEvent): void => { if (key === 'Escape') close('key'); };
    const pointed = ({ target }: PointerEvent): void => {
      if (target instanceof Node && part.current?.contains(target) === false) close('pointer');
    };
    document.addEventListener('keydown', pressed);
    document.addEventListener('pointerdown', pointed);
    return () => {
      document.removeEventListener('keydown', pressed);
      document.removeEventListener('pointerdown', pointed);
    };
  }, [part, isOpen, close]);
}
