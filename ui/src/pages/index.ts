/** The pages of the studio, each in a bundle of its own. */

import type { ComponentType } from "preact";
import type { IconName } from "../components/Icon";
import type { Dictionary } from "../i18n";

export type PageName = keyof Dictionary["app"]["pages"];

export interface PageEntry {
  icon: IconName;
  group: keyof Dictionary["app"]["groups"];
  /** Needs no sign-in. */
  open?: boolean;
  load: () => Promise<{ default: ComponentType }>;
}

export const pages: Record<PageName, PageEntry> = {
  film: { icon: "film", group: "make", load: () => import("./film/FilmPage") },
  write: { icon: "write", group: "make", load: () => import("./write/WritePage") },
  pictures: { icon: "pictures", group: "make", load: () => import("./pictures/PicturesPage") },
  sound: { icon: "sound", group: "make", load: () => import("./sound/SoundPage") },
  gallery: { icon: "gallery", group: "keep", load: () => import("./gallery/GalleryPage") },
  jobs: { icon: "jobs", group: "keep", load: () => import("./jobs/JobsPage") },
  verify: { icon: "verify", group: "check", open: true, load: () => import("./verify/VerifyPage") },
  mark: { icon: "mark", group: "check", load: () => import("./mark/MarkPage") },
  models: { icon: "models", group: "run", load: () => import("./models/ModelsPage") },
  settings: { icon: "settings", group: "run", load: () => import("./settings/SettingsPage") },
};

export const signIn: PageEntry["load"] = () => import("./signin/SignInPage");
