/** The words of the studio in English. Other languages follow its type. */

import type { Sentences } from "../sentences";
import { keeping } from "./keeping";
import { making } from "./making";
import { names } from "./names";
import { shell } from "./shell";

/** The server speaks English already. */
const sentences: Sentences = [];

export const en = { names, sentences, ...shell, ...making, ...keeping };

export type Dictionary = typeof en;
