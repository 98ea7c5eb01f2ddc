/**
 * Loaded before the program in every process of a soak: V8 collects when its heap has grown by a tenth, and not by half or more.
 * What is resident is then nearly what is held, and a slope of half an hour shows it. Costs processor time, so it is for soaks alone.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=10');
