/** What can be done to a picture: for each, its icon, its fields and the request that they make. */

import type { ComponentType } from "preact";
import type { IconName } from "../../../components/Icon";
import type { Chosen } from "../../../components/InputPicker";
import type { Dictionary } from "../../../i18n";
import * as change from "./change";
import * as masked from "./masked";
import * as paint from "./paint";
import * as plain from "./plain";

export type Operation = keyof Dictionary["pictures"]["operations"];

export interface Tool {
  icon: IconName;
  Fields: ComponentType<{ source: Chosen | null }>;
  /** Fields that most people leave alone. */
  Details?: ComponentType;
  /** What the job needs beside the picture, or a sentence about what is missing. */
  request: () => Promise<Record<string, unknown> | string>;
}

export const tools: Record<Operation, Tool> = {
  style: paint.style,
  like: paint.like,
  edit: change.edit,
  remove: masked.remove,
  inpaint: masked.inpaint,
  upscale: plain.upscale,
  cutout: plain.cutout,
  sketch: plain.sketch,
  dream: plain.dream,
  vary: change.vary,
};

export const operations = Object.keys(tools) as Operation[];
