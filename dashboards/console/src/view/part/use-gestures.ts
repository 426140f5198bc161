/** Fingers and mouse on a picture: one drags, two pinch, the wheel with the control key zooms, as touchpads do it. */
import { type RefObject, useEffect, useRef } from 'react';

export interface Gestures {
  drag?(dx: number, dy: number, event: PointerEvent): void;
  /** `factor` above 1 is closer, around a point of the element; `dx`, `dy`: how the fingers moved together. */
  pinch(factor: number, x: number, y: number, dx: number, dy: number): void;
}

interface Finger {
  x: number;
  y: number;
}

/** @param ref the element; it must be there when the caller is first drawn. */
export function useGestures(ref: RefObject<Element | null>, gestures: Gestures): void {
  const current = useRef(gestures);
  current.current = gestures;
  useEffect(() => {
    const element = ref.current as HTMLElement | null;
    if (element === null) return;
    const fingers = new Map<number, Finger>();
    const down = (event: PointerEvent) => {
      if (event.pointerType === 'mouse' && event.button !== 0) return;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    };
    const up = (event: PointerEvent) => void fingers.delete(event.pointerId);
    const move = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const now = { x: event.clientX, y: event.clientY };
      const [dx, dy] = [now.x - before.x, now.y - before.y];
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      fingers.set(event.pointerId, now);
      if (other === undefined) {
        current.current.drag?.(dx, dy, event);
        return;
      }
      const apart = (finger: Finger) => Math.max(1, Math.hypot(finger.x - other.x, finger.y - other.y));
      const box = element.getBoundingClientRect();
      const middle = { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top };
      current.current.pinch(apart(now) / apart(before), middle.x, middle.y, dx / 2, dy / 2);
    };
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const factor = Math.exp(-event.deltaY * lines * 0.005);
      current.current.pinch(factor, event.clientX - box.left, event.clientY - box.top, 0, 0);
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('wheel', wheel, { passive: false });
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', up);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('wheel', wheel);
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', up);
    };
  }, [ref]);
}
