/** Small pictures beside words; never without them. 24 × 24, drawn in lines. */
const PATHS = {
  alert: 'M12 3a6 6 0 0 1 6 6c0 5 2 7 2 7H4s2-2 2-7a6 6 0 0 1 6-6M10 20h4',
  sound: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12',
  stop: 'M6 6h12v12H6z',
  overview: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  map: 'M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14',
  gateway: 'M5 14h14v5H5zM8 16.5h.01M12 14v-3M8.5 8.5a5 5 0 0 1 7 0M6 6a8.5 8.5 0 0 1 12 0',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  farms: 'M4 20V10l5-4 5 4v10zM14 20v-7h6v7M8 20v-4h2v4',
  people: 'M9 11a3.5 3.5 0 1 0-.01 0M3 20c0-4 3-6 6-6s6 2 6 6M16 4.5a3.5 3.5 0 0 1 0 6.5M17 14c2.5.6 4 2.7 4 6',
  weather:
    'M12 8a4 4 0 1 0 .01 0M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  back: 'M15 5l-7 7 7 7',
  open: 'M6 9l6 6 6-6',
  on: 'M9 5l7 7-7 7',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  whole: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  now: 'M4 12h11M10 7l5 5-5 5M20 5v14',
  valve: 'M4 13v7l8-3.5zM20 13v7l-8-3.5zM12 16.5V9M8 9h8M12 9V5M9 5h6',
  tick: 'M5 12.5l5 5L19 7',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
