/** A thing that can be done to a picture. */

import type { ComponentType } from "preact";
import type { IconName } from "../../../components/Icon";
import type { Chosen } from "../../../components/InputPicker";

export interface Tool {
  icon: IconName;
  Fields: ComponentType<{ source: Chosen | null }>;
  /** Fields that most people leave alone. */
  Details?: ComponentType;
  /** What the job needs beside the picture, or a sentence about what is missing. */
  request: () => Promise<Record<string, unknown> | string>;
}
