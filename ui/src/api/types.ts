/** The shapes that the server speaks. */

export type Role = "viewer" | "creator" | "compliance" | "admin";

export interface Session {
  signed_in: boolean;
  /** No accounts and no keys exist: whoever sits at this machine may do everything. */
  open: boolean;
  setup_needed: boolean;
  name: string | null;
  role: Role | null;
  csrf: string | null;
  version: string;
  loopback: boolean;
  /** The short name of the identity provider, where one is set up. */
  oidc?: string | null;
}

export interface Named {
  id: string;
  name: string;
}

export interface Voice extends Named {
  language: string;
  gender: string;
}

export interface Installable {
  id: string;
  installed: boolean;
}

export interface Options {
  languages: string[];
  film: { recipes: string[]; styles: string[]; seconds: [number, number]; default_seconds: number };
  picture: {
    styles: string[];
    sizes: string[];
    sides: [number, number];
    painters: Named[];
    diffusion: Installable[];
    dream_layers: string[];
    cutout_backgrounds: string[];
    upscale_qualities: string[];
  };
  speech: { voices: Voice[]; formats: string[]; speed: [number, number] };
  music: { styles: string[]; seconds: [number, number] };
  sound: { names: { id: string; en: string; zh: string }[]; seconds: [number, number] };
  text: { tasks: string[]; models: Installable[] };
  transcription: { formats: string[]; models: (Installable | string)[] };
  label: { profiles: string[]; corners: string[] };
}

/** A file that a job reads: brought by the user, or a work of the gallery. */
export type Input = { upload: string } | { work: string };

export interface Upload {
  id: string;
  name: string;
  media_type: string;
  bytes: number;
  expires_at: number;
}

export type JobKind =
  | "film"
  | "picture"
  | "picture.edit"
  | "speech"
  | "music"
  | "sound"
  | "transcription"
  | "text"
  | "audiobook"
  | "mark"
  | "replay"
  | "pull";

/** When a job is worked on, and who is told. */
export interface Terms {
  /** Higher goes first, −10 to 10. */
  priority?: number;
  /** Seconds within which it must be done. */
  deadline_seconds?: number;
  /** The address that is told of its end. */
  webhook?: string;
}

export type JobStatus = "queued" | "running" | "done" | "failed" | "cancelled";

export interface JobProgress {
  stage: string;
  label: string;
  done: number;
  total: number;
  fraction: number | null;
  what: string | null;
}

export interface Segment {
  start: number;
  end: number;
  text: string;
}

export interface JobResult {
  text?: string;
  language?: string;
  segments?: Segment[];
  same?: boolean;
  [key: string]: unknown;
}

export interface Job {
  id: string;
  kind: JobKind;
  status: JobStatus;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  priority: number;
  attempt: number;
  /** It was asked to stop and has not stopped yet. */
  cancelling?: boolean;
  queue_position: number | null;
  progress: JobProgress | null;
  preview: string | null;
  request?: Record<string, unknown>;
  title: string;
  error: { code: string; message: string } | null;
  result: JobResult | null;
  works: Work[];
  owner: string | null;
  tags: string[];
}

export type Modality = "text" | "image" | "audio" | "video";

export interface WorkFile {
  name: string;
  media_type: string;
  bytes: number;
  sha256: string;
  url: string;
}

export interface Work {
  id: string;
  job: string | null;
  kind: string;
  modality: Modality;
  title: string;
  prompt: string | null;
  lang: string | null;
  media_type: string;
  name: string;
  bytes: number;
  sha256: string;
  log_index: number | null;
  created_at: number;
  owner: string | null;
  tags: string[];
  favourite: boolean;
  trashed_at: number | null;
  width: number | null;
  height: number | null;
  seconds: number | null;
  /** The visible label, to be shown wherever the work is. */
  label: string;
  url: string;
  thumbnail: string | null;
  score?: number;
  receipt?: Receipt | null;
  files?: WorkFile[];
}

export interface Receipt {
  work_id?: string;
  title?: string;
  created?: string;
  generator?: string;
  seed?: number | string;
  request?: unknown;
  models?: { id?: string; role?: string; licence?: string; sha256?: string; [key: string]: unknown }[];
  steps?: { name?: string; engine?: string; seconds?: number; [key: string]: unknown }[];
  extra?: Record<string, unknown>;
  [key: string]: unknown;
}

export type VerdictKind = "verified" | "tampered" | "marked" | "unmarked";

export interface Verdict {
  file?: string;
  media_type?: string;
  verdict: VerdictKind;
  work_id?: string | null;
  explicit_label?: { present: boolean; text?: string | null; where?: string | null };
  aigc?: { present: boolean; count: number; valid: boolean; fields?: Record<string, string> | null };
  iptc?: { digital_source_type?: string | null };
  c2pa?: {
    state: "trusted" | "valid" | "invalid" | "absent";
    active_manifest?: string | null;
    time_stamped?: boolean;
    problems?: string[];
    ingredients?: { title?: string; relationship?: string; [key: string]: unknown }[];
  };
  watermark?: {
    found: boolean;
    method?: string | null;
    payload?: string | null;
    matches_record?: boolean | null;
    score?: number | null;
    false_positive_rate?: number | null;
    turned?: { mirrored: boolean; degrees: number };
    tokens?: number;
  };
  log?: { index?: number | null; included: boolean };
  recovered?: {
    by: string;
    work_id: string;
    media_type: string;
    sha256: string;
    time: string;
    index: number;
    bits_apart?: number;
  } | null;
  receipt?: Receipt | null;
  reasons?: string[];
}

export interface Page<T> {
  data: T[];
  has_more?: boolean;
}

export interface CatalogueEntry {
  id: string;
  name: string;
  kind: string;
  licence: string;
  licence_url: string | null;
  licence_note?: string | null;
  bytes: number | null;
  installed: boolean;
  groups: string[];
  description: string;
}

export interface Settings {
  producer: string;
  label: { profile: string; corner: string };
  time_stamps: string;
  protected: string;
  policy: { moderation: string };
  /** How long things are kept; read-only here. */
  retention: { jobs_days: number; works_days: number | null };
  home?: string;
  threads: number;
  offline: boolean;
  /** What the configuration says and cannot be changed here. */
  fixed?: string[];
}

/** What a key may be for alone. */
export const SCOPES = ["text", "image", "audio", "video", "mark"] as const;
export type Scope = (typeof SCOPES)[number];

/** What may be used in a day; what is not named has no limit. */
export const QUOTAS = ["requests", "tokens", "pixels", "seconds"] as const;
export type Quota = Partial<Record<(typeof QUOTAS)[number], number>>;

export interface NewKey {
  name: string;
  role: Role;
  scopes?: Scope[];
  quota?: Quota;
  expires_in_days?: number;
}

export interface ApiKey {
  name: string;
  role: Role;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  scopes: Scope[];
  quota?: Quota;
  /** Only in the answer to its creation. */
  key?: string;
}

export interface Account {
  name: string;
  role: Role;
  created_at?: number;
}

export interface AuditEntry {
  id: string | number;
  at: number;
  who: string | null;
  what: string;
  about: string | null;
  outcome: string;
}

export interface Status {
  version: string;
  queue: { queued: number; running: number };
  log: { size: number; root: string; origin: string };
  disk: { free_bytes: number };
  works: { count: number; bytes: number };
}
