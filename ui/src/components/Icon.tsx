/** The studio's own icons: strokes of one width on a grid of 20. */

const paths = {
  film: "M2.5 4.5h15v11h-15zM6 4.5v11M14 4.5v11M2.5 8.2H6M2.5 11.8H6M14 8.2h3.5M14 11.8h3.5",
  write: "M3 17h5M4.5 13.2 13.8 3.9a1.7 1.7 0 0 1 2.4 2.4L6.9 15.6l-3 .6zM12 5.7l2.4 2.4",
  pictures: "M2.5 3.5h15v13h-15zM2.5 13.5l4.5-4 3.5 3 2.5-2 4.5 3.8M13.2 7.2a1.2 1.2 0 1 1-2.4 0 1.2 1.2 0 0 1 2.4 0",
  sound: "M3 8v4M6.5 5.5v9M10 3v14M13.5 6.5v7M17 8.5v3",
  gallery: "M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z",
  jobs: "M3 5h3M9 5h8M3 10h3M9 10h8M3 15h3M9 15h8",
  verify: "M10 2.5 16 5v4.5c0 3.7-2.4 6.6-6 8-3.6-1.4-6-4.3-6-8V5zM7.2 9.9l2 2 3.6-3.9",
  models: "M10 2.5 17 6v8l-7 3.5L3 14V6zM3 6l7 3.5L17 6M10 9.5v8",
  settings: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  more: "M4 10h.01M10 10h.01M16 10h.01",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "M5 5l10 10M15 5 5 15",
  check: "M4 10.5 8.2 14.5 16 6",
  down: "M5 8l5 5 5-5",
  left: "M12 4.5 6.5 10l5.5 5.5",
  right: "M8 4.5 13.5 10 8 15.5",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  search: "M13 8.5a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0M12 12l5 5",
  star: "M10 2.8l2.2 4.6 5 .7-3.6 3.5.9 5L10 14.2l-4.5 2.4.9-5L2.8 8.1l5-.7z",
  trash: "M3.5 5.5h13M8 5.5V3h4v2.5M5 5.5 5.8 17h8.4L15 5.5M8.4 8.5v5.5M11.6 8.5v5.5",
  restore: "M4 4v4.5h4.5M4.3 8.5A6.3 6.3 0 1 1 4 12",
  download: "M10 3v10M5.8 9 10 13.2 14.2 9M3.5 16.5h13",
  upload: "M10 13.5v-10M5.8 7.7 10 3.5l4.2 4.2M3.5 16.5h13",
  export: "M4 8v8.5h12V8M10 12V3M6.8 6 10 2.8 13.2 6",
  replay: "M16 4v4h-4M16 8a6.5 6.5 0 1 0 .4 4M8.5 7.5v5l4-2.5z",
  vary: "M3 6.5h8v8H3zM7 6.5v-3h10v8h-3M14 14.5h3M14 17h0",
  edit: "M4 16l.7-3.5L13 4.2a1.6 1.6 0 0 1 2.3 0l.5.5a1.6 1.6 0 0 1 0 2.3L7.5 15.3z",
  compare: "M3 4h6v12H3zM11 4h6v12h-6z",
  select: "M3 3h14v14H3zM6.5 10.2 9 12.7l4.5-5",
  sun: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4",
  moon: "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
  system: "M2.5 4h15v9.5h-15zM7 17h6M10 13.5V17",
  language: "M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0M2.5 10h15M10 2.5c4 4.2 4 10.8 0 15M10 2.5c-4 4.2-4 10.8 0 15",
  person: "M13 6.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0M3.5 17c.6-3.6 3.1-5.5 6.5-5.5s5.9 1.9 6.5 5.5",
  out: "M8 3.5H3.5v13H8M8 10h9M13.5 6.5 17 10l-3.5 3.5",
  mic: "M7.5 5a2.5 2.5 0 0 1 5 0v4.5a2.5 2.5 0 0 1-5 0zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5M7 17.5h6",
  stop: "M5 5h10v10H5z",
  send: "M3 10 17 3.5 13 17l-3.2-5.2zM9.8 11.8 17 3.5",
  copy: "M7 7h10v10H7zM13 7V3H3v10h4",
  brush: "M16.8 3.2 9 11M9 11c-2.2 0-2.7 1.6-3 3-.2 1-.9 1.8-2.2 2.2 2.6 1.1 6.6.8 7.2-3.2L9 11z",
  eraser: "M8 16.5h9M3.6 11.4l7-7a1.5 1.5 0 0 1 2.1 0l3.4 3.4a1.5 1.5 0 0 1 0 2.1l-6.6 6.6H7.2l-3.6-3.6a1.1 1.1 0 0 1 0-1.5zM7.2 7.8l5.5 5.5",
  undo: "M7.5 4 3.5 8l4 4M3.5 8h8a5 5 0 0 1 0 9H8",
  redo: "M12.5 4l4 4-4 4M16.5 8h-8a5 5 0 0 0 0 9H12",
  invert: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0M10 3v14M12.5 4v12M15 6v8",
  palette: "M10 2.8c-4.2 0-7.4 3-7.4 7.2s3 7.2 6.5 7.2c1.4 0 1.9-.8 1.9-1.7 0-1.5-1.2-1.6-1.2-2.9 0-1 .8-1.6 1.9-1.600h2.300c2.1 0 3.4-1.3 3.4-3.2 0-3-3.3-5-7.4-5M6.3 9.500h.01M8.5 6.300h.01M12.3 6.300h.01",
  frame: "M2.5 2.500h15v15h-15zM5.5 5.500h9v9h-9z",
  dream: "M5.5 14.500a3.5 3.5 0 0 1-.3-7A5 5 0 0 1 15 8.800a2.9 2.9 0 0 1-.5 5.700zM8 17.300h.01M11.5 17.300h.01",
  enlarge: "M11.5 3.500h5v5M16.5 3.5 11 9M8.5 16.500h-5v-5M3.5 16.5 9 11",
  cutout: "M12.6 6.200a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0M4.5 16.500c.5-3.4 2.6-5 5.5-5s5 1.6 5.5 5M2.5 5V2.500H5M15 2.500h2.500V5M2.5 15v2.500H5M17.5 15v2.500H15",
  pencil: "M3.5 16.5 5 11.5 13.5 3l3.5 3.5-8.5 8.500zM11.5 5l3.5 3.5",
  words: "M3 4.500h14v9H9l-4 3.500v-3.500H3zM6 7.700h8M6 10.400h5",
  key: "M9.5 12.500a3.7 3.7 0 1 1-2-2L15.5 2.500h2v3h-2.300v2.300h-2.300v2L11 11.5",
  lock: "M4.5 9h11v8h-11zM7 9V6.500a3 3 0 0 1 6 0V9",
  info: "M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0M10 9v4.500M10 6.300h.01",
  warning: "M10 3 18 16.500H2zM10 8v4M10 14.300h.01",
  cross: "M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0M7.3 7.300l5.4 5.400M12.7 7.300l-5.4 5.4",
  question: "M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0M7.7 7.900a2.3 2.3 0 1 1 3.6 1.900c-.8.5-1.3 1-1.3 1.900M10 14.200h.01",
  link: "M8.5 11.500a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.300l-1 1M11.5 8.500a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.300l1-1",
  swap: "M3 7h12M12 4l3 3-3 3M17 13H5M8 10l-3 3 3 3",
  text: "M4 3h8.500L16 6.500V17H4zM12 3v4h4M7 10.500h6M7 13.500h6",
  book: "M10 5.200C8 3.7 5.5 3.3 3 3.500v12c2.5-.2 5 .2 7 1.7 2-1.5 4.5-1.9 7-1.700v-12c-2.5-.2-5 .2-7 1.700zM10 5.200v12",
  play: "M6 4l10 6-10 6z",
  clock: "M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0M10 5.500V10l3 2",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20, fill = false }: { name: IconName; size?: number; fill?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={paths[name]} fill={fill ? "currentColor" : "none"} />
    </svg>
  );
}

/** The mark of the studio: a printer's seal. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect class="mark-ground" x="1" y="1" width="30" height="30" rx="4" />
      <rect class="mark-line" x="4.25" y="4.25" width="23.5" height="23.5" rx="1.5" />
      <path class="mark-letter" d="M20.6 12.2a5.6 5.6 0 1 0 0 7.6" />
      <circle class="mark-dot" cx="22.6" cy="22.4" r="1.5" />
    </svg>
  );
}
