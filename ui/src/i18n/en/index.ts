/** The words of the studio in English. Other languages follow its type. */

import { keeping } from "./keeping";
import { making } from "./making";
import { names } from "./names";
import { shell } from "./shell";

export const en = { names, ...shell, ...making, ...keeping };

export type Dictionary = typeof en;
