"""Afro: a three-three-two groove, hand drums, interlocking plucked strings, marimba, call."""

from sounds.effects.motion import Chorus
from sounds.effects.space import Echo, Reverb
from sounds.effects.tone import Compressor, Drive, Eq, Sweep
from sounds.filters import bell, high_pass, high_shelf, low_pass, low_shelf
from sounds.score import Beat, Feel, Kit, Loop, Phrase
from sounds.voices.choir import Choir
from sounds.voices.drums import Hat, Kick, Snare
from sounds.voices.keys import Bar, Mode, String
from sounds.voices.percussion import Bell, Block, Shaker, Skin
from sounds.voices.synth import Synth

DRUMS = Loop(
    lines=(
        Beat(
            Kick(end_hz=49, start_hz=150, decay=0.17, click=0.3, punch=2.0),
            "9... .... 9... .5.. | 9... .... 9..5 ....",
            gain=0.46,
        ),
        Beat(
            Block(hz=1150, decay=0.03),
            "...8 ..8. ...8 ..6. | ...8 ..8. ...8 ..6.",
            gain=0.42,
            pan=0.1,
        ),
        Beat(
            Snare(hz=240, tone=0.35, noise=0.6, decay=0.07, low_cut=1400, high_cut=9000),
            "...8 ..3. ...8 .... | ...8 ..3. ...8 ..44",
            gain=0.64,
        ),
        Beat(
            Hat(decay=0.03, metal=0.3),
            "..7. ..7. ..7. ..7. | ..7. ..7. ..7. ..7.",
            gain=0.32,
            pan=-0.3,
        ),
        Beat(
            Hat(decay=0.02, metal=0.3),
            "5353 5353 5353 5353 | 5353 5353 5353 5353",
            gain=0.2,
            pan=-0.3,
        ),
    ),
    effects=(
        Eq(bell(300, 0.8, -2), bell(3500, 0.7, 2)),
        Drive(amount=1.3, mix=0.4),
        Reverb(wet=0.07, decay=0.5, name="drum room", delay=0.004),
    ),
)

PERCUSSION = Loop(
    lines=(
        Beat(
            Skin(hz=320, decay=0.09, slap=0.55, drop=0.1),
            "6..4 ..6. .46. ..4. | 6..4 ..6. .46. 6.4.",
            gain=0.55,
            pan=-0.55,
        ),
        Beat(
            Skin(hz=140, decay=0.22, slap=0.12),
            ".... 7... .... 7... | .... 7... ..5. 7...",
            gain=0.52,
            pan=-0.25,
        ),
        Beat(
            Skin(hz=225, decay=0.14, slap=0.2),
            ".... ...6 .... ...6 | .... ...6 .... .6.6",
            gain=0.52,
            pan=0.4,
        ),
        Beat(
            Shaker(hz=6000, swell=0.03),
            "5254 5254 5254 5254 | 5254 5254 5254 5254",
            gain=0.62,
            pan=0.55,
        ),
        Beat(
            Bell(hz=880, decay=0.06),
            "6... 6.6. ..6. 6... | 6... 6.6. ..6. 6...",
            gain=0.2,
            pan=0.2,
        ),
    ),
    effects=(Reverb(wet=0.12, decay=0.7, name="drum room", delay=0.004),),
)

BASS = Loop(
    lines=(
        Phrase(
            Synth(
                attack=0.003,
                decay=0.35,
                sustain=0.4,
                release=0.06,
                cutoff=400,
                sweep=1500,
                sweep_decay=0.06,
                q=1.1,
                sub=0.15,
                scoop=10,
            ),
            """
                0:C2:2.5:1 3:C2:1.2:.7 6:G1:1.5:.9 10:A1:1.5:.85 12:G1:1.5
                14:E2:1.2:.7
                |
                0:F1:2.5:1 3:F1:1.2:.7 6:C2:1.5:.9 10:A1:1.5:.85 12:F1:1.5
                14:G1:1.5
            """,
        ),
    ),
    effects=(
        Drive(amount=3.6, mix=0.8),
        Eq(high_pass(38), low_shelf(80, -4), bell(220, 0.8, 1), bell(700, 0.7, 8), low_pass(3600)),
        Compressor(ratio=3),
    ),
)

CHORDS = Loop(
    lines=(
        Phrase(
            String(brightness=0.22, ring=0.994, position=0.2, damping=0.06),
            """
                0:C4:1:.7 1:G4:1:.6 3:E4:1:.7 4:A4:1:.7 6:G4:1.5 8:E4:1:.6
                9:G4:1:.6 11:D4:1:.7 12:E4:1:.7 14:G4:1.6
                |
                0:C4:1:.7 1:A4:1:.6 3:E4:1:.7 4:G4:1:.7 6:A4:1.5 8:E4:1:.6
                9:A4:1:.6 11:C4:1:.7 12:E4:1:.7 14:G4:1.6
            """,
            pan=-0.35,
        ),
        Phrase(
            String(brightness=0.2, ring=0.993, position=0.27, damping=0.05),
            """
                2:E3+G3:.8:.7 6:E3+G3:.8:.7 10:E3+A3:.8:.7 14:E3+G3:.8:.7
                |
                2:F3+A3:.8:.7 6:F3+A3:.8:.7 10:G3+C4:.8:.7 14:F3+A3:.8:.7
            """,
            gain=0.8,
            pan=0.35,
            strum=0.006,
        ),
    ),
    effects=(
        Eq(high_pass(150), bell(2500, 0.8, -2), low_pass(7500)),
        Chorus(depth=0.0018, cycles=4, wet=0.35),
        Echo(steps=3, feedback=0.25, wet=0.14),
        Reverb(wet=0.13, decay=1.1, name="plate"),
    ),
)

LEAD = Loop(
    lines=(
        Phrase(
            Bar(
                modes=(Mode(1, 1, 0.42), Mode(3.93, 0.28, 0.12), Mode(9.2, 0.12, 0.04)), click=0.14
            ),
            """
                2:G5:1:.7 3:E5:1:.6 5:C5:1:.7 7:D5:1 8:E5:1:.7 10:G5:1
                11:A5:1:.7 13:G5:1
                |
                2:A5:1:.7 3:G5:1:.6 5:E5:1:.7 7:C5:1 8:D5:1:.7 10:E5:1
                11:G5:1:.7 13:E5:1
            """,
            pan=0.2,
        ),
    ),
    effects=(
        Echo(steps=3, feedback=0.35, wet=0.25),
        Reverb(wet=0.16, decay=1.5, name="hall"),
    ),
)

PAD = Loop(
    lines=(
        Phrase(
            Synth(
                wave="triangle",
                detune=(-8, -2, 3, 9),
                attack=0.6,
                decay=1.5,
                sustain=0.85,
                release=0.5,
                cutoff=1600,
                poles=2,
            ),
            "0:E4+D5:15.5 | 0:E4+C5:15.5",
            pan=-0.5,
        ),
        Phrase(
            Synth(
                detune=(-9, -3, 2, 8),
                attack=0.6,
                decay=1.5,
                sustain=0.85,
                release=0.5,
                cutoff=900,
                poles=2,
            ),
            "0:G3+A4:15.5 | 0:A3+G4:15.5",
            gain=0.8,
            pan=0.5,
        ),
    ),
    effects=(
        Eq(high_pass(220), high_shelf(1800, 4)),
        Sweep(low_hz=1200, high_hz=5000, cycles=2),
        Chorus(depth=0.004, cycles=2, wet=0.6),
        Reverb(wet=0.35, decay=2.4, name="hall"),
    ),
)


def callers(attack: float) -> Choir:
    """Four singers."""
    return Choir(begins="eh", ends="oh", morph=0.25, singers=4, attack=attack, release=0.09)


VOX = Loop(
    lines=(
        Phrase(
            callers(attack=0.02),
            "4:G4:1.4 6:A4:1.6:.9 9:G4:2.5:.85 | 4:G4:1.4 6:A4:1.6:.9 9:C5:2.5:.9",
            pan=-0.3,
        ),
        Phrase(
            callers(attack=0.025),
            "4:E4:1.4 6:E4:1.6:.9 9:D4:2.5:.85 | 4:E4:1.4 6:E4:1.6:.9 9:G4:2.5:.9",
            gain=0.8,
            pan=0.35,
        ),
    ),
    effects=(
        Eq(high_pass(180), bell(2600, 0.7, 4)),
        Echo(steps=4, feedback=0.25, wet=0.18),
        Reverb(wet=0.2, decay=1.7, name="hall"),
    ),
)

KIT = Kit(
    id="afro",
    title="Afro",
    key="C major",
    chords="C6/9 | Fmaj9",
    harmony="C E G A D | F A C E G",
    pentatonic="C D E G A",
    feel=Feel(swing=0.05, looseness=0.002),
    loops={
        "drums": DRUMS,
        "percussion": PERCUSSION,
        "bass": BASS,
        "chords": CHORDS,
        "lead": LEAD,
        "pad": PAD,
        "vox": VOX,
    },
)
