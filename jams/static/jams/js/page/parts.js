// The seven parts. A part has a colour, a colour word, a shape and a fixed groove on the record.

/** The parts in the order of a kit; on the record from the outside to the inside. */
export const PARTS = ["drums", "percussion", "bass", "chords", "lead", "pad", "vox"];

/** @type {Record<string, string>} */
const COLOUR_WORD = {
  drums: "Coral",
  percussion: "Amber",
  bass: "Lime",
  chords: "Jade",
  lead: "Azure",
  pad: "Violet",
  vox: "Rose",
};

/** The word that goes before an animal's name: who plays the bass is a "Lime" somebody.
 * @param {string} loop
 */
export const colourWord = (loop) => COLOUR_WORD[loop] ?? "";

/** "Amber Otter": the colour is the part, the animal is the person.
 * @param {string} loop
 * @param {string} animal
 */
export const fullName = (loop, animal) => `${colourWord(loop)} ${animal}`.trim();
