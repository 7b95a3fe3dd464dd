/** What can be done to a picture: for each, its icon, its fields and the request that they make. */

import type { Dictionary } from "../../../i18n";
import * as change from "./change";
import * as masked from "./masked";
import * as paint from "./paint";
import * as plain from "./plain";
import type { Tool } from "./tool";

export type Operation = keyof Dictionary["pictures"]["operations"];

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
