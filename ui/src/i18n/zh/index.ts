/** The words of the studio in Chinese. */

import type { Dictionary } from "../en";
import { keeping } from "./keeping";
import { making } from "./making";
import { names } from "./names";
import { sentences } from "./sentences";
import { shell } from "./shell";

export const zh: Dictionary = { names, sentences, ...shell, ...making, ...keeping };
