"""Where everything lies in the kernel's flat arrays.

``Z`` holds whole numbers, ``R`` real ones, ``U`` states of random streams, ``T`` due times, ``W`` winners of the event
tree. An entity is named by its *handle*: the offset of its record, the same in ``Z``, ``R`` and ``U``. A field is
``Z[handle + FIELD]``. Machines come first, each ``MR`` long; slot ``k`` is the machine at ``M0 + k * MR``.
Constants, not look-ups: the compiler folds them, and lists can stand in for the arrays where there is no compiler.
"""

from __future__ import annotations

# Header: one record at handle 0.
H_MACHINES = 0  # number of machines = number of machine slots
H_SLOTS = 1
H_ROOT = 2  # place of the earliest event in T and W
H_WIDTH = 38  # slots rounded up to whole blocks of the tree
H_ENTITIES = 3  # list of handles behind the slots above the machines
H_PLACES = 4  # first place, and how many
H_PLACE_COUNT = 5
H_STACK = 6  # zero-time work: pairs (handle, action)
H_SP = 7
H_FREE = 8  # free parts: head of the list, how many, how many an event may need
H_FREE_COUNT = 9
H_RESERVE = 10
H_WIP = 11
H_GOOD = 12
H_SCRAP = 13
H_LOST = 14
H_WAITING = 15  # machines that wait for an operator or a crew
H_TICKET = 16
H_LOOPED = 17  # routing has a loop: look for knots when a machine blocks
H_CODE = 18  # why the run ended early
H_KNOT = 19  # machine at which the knot was found
H_LIMIT = 20  # parts allowed inside (CONWIP), see Q_COUNTS; NONE: no limit
H_GATED = 21  # list of the supply places behind that limit, and how many
H_GATED_COUNT = 22
H_TYPES = 23  # number of part types
H_TYPE_OUT = 24  # good parts by type
H_BINS = 25  # output by bin: handle in R, how many
H_BIN_COUNT = 26
H_LEADS = 27  # histogram of lead times, LEAD_BINS wide
H_MODES = 28  # first failure mode, and how many
H_MODE_COUNT = 29
H_CALENDARS = 30  # list of calendars, and how many
H_CALENDAR_COUNT = 31
H_ORDERS = 32  # first order, and how many
H_ORDER_COUNT = 33
H_EVENTS = 34
H_MARK = 35  # stamp of the newest search for a knot
H_SOURCES = 36  # list of sources, and how many
H_SOURCE_COUNT = 37
H_GROUPS = 39  # first group of operators, and how many
H_GROUP_COUNT = 40
H_STAGE = 41  # 0 as built, 1 machines started, 2 running
H_INSIDE = 42  # parts inside that the limit counts

HF_W0 = 0  # start of the statistics window
HF_WIP_AT = 1  # when the count inside changed last
HF_WIP_AREA = 2
HF_LEAD_SUM = 3
HF_BIN_S = 4  # width of a bin
HF_NOW = 5  # time of the newest event

NONE = -1
STOPPED = -2
MR = 88  # length of a machine's record: an odd number of cache lines, so that hot lines spread over the cache
M0 = 64  # handle of the first machine

# A machine's phases; the first ten are also what time is booked under.
IDLE, BUSY, BLOCKED, DOWN, SETUP, TOOL, LOAD, WAIT, CALL, OFF = range(10)
PHASES = 10
ROUTING = 10  # stream of the routing, beside those of the phases

# Kinds of machine.
SIMPLE, BATCH, ASSEMBLY, CARRIER = range(4)

# Fields of a machine, those of nearly every event first.
PHASE = 0
KIND = 1
FAILING = 2  # the pending event is a failure
PLAIN = 3  # no setup and no loading before the work
HOLD = 4  # first part in hand
HELD_COUNT = 5
DEST = 6  # place the first part in hand goes to
IN = 7  # place it takes from
ROUTE = 8  # first row of its routing
ROUTE_STEP = 9  # rows apart by part type
ONE_WAY = 10  # the only place its parts go to, or NONE
TYPE = 11
HELD = 12  # group whose operator works here
GOAL = 13
FRESH = 14  # the goal's duration is still to be drawn
MADE = 15
SLOT = 16
STEP = 53  # distance between service distributions by part type
TOOL_LEFT = 17  # parts to the next tool change; NONE: no tools
FAIL_MODE = 18
LAST_TYPE = 19
SETUP_STEP = 20
STAGE = 21
NEED = 22  # operators needed
NEXT_WAITING = 23
TICKET = 24
WAITS_FOR = 25  # skill it queues for
FLOW = 26  # carrier: flow of the part in hand
LAST_PLACE = 27  # carrier: where it stands
MODES_LO = 28
MODES_COUNT = 29
INPUTS = 30  # rows (place, quantity) of an assembly
INPUT_COUNT = 31
FLOWS = 32
FLOW_COUNT = 33
GIVES = 34
GIVE_COUNT = 35
TOOLS = 36
TOOL_COUNT = 37
BATCH_MIN = 38
BATCH_MAX = 39
MAX_LOOPS = 40
SCRAPPED = 41
SCRAP_PLACE = 42
CALENDAR = 43
SEEN = 44  # stamp of a search for a knot
BACK_GOAL = 45  # what a failure interrupted
BACK_FRESH = 46
OFF_GOAL = 47  # what the calendar interrupted
OFF_FRESH = 48
LIVE_PHASE = 49  # phase at the start, from a live state; NONE: idle
FAILURES = 50
KEEPS = 51  # the operator of LOAD stays for BUSY
REWORKED = 52
ALSO = 54  # place a machine takes from when the first has nothing, or NONE
SKILLS = 56  # + phase: skill needed
DISTS = 68  # + phase: distribution of the duration

F_SINCE = 0
F_REM = 1  # duration still to be spent in the phase (BUSY: work left)
F_AGE = 2  # busy time so far
F_FAIL_AGE = 3  # age at the next failure
F_WORK = 4  # whole work of this part
F_BACK_REM = 5
F_OFF_REM = 6
F_LIVE_ELAPSED = 7
F_LIVE_LEFT = 8
F_ACC = 16  # + phase: time spent

# Places.
PR = 24
P_KIND, P_CAP, P_LEVEL, P_HEAD, P_TAIL, P_RESERVED, P_CLAIMED, P_BLOCKED, P_ONE, P_FED = range(10)
P_TAKERS, P_TAKER_COUNT, P_PUTTERS, P_PUTTER_COUNT, P_CARRIERS, P_CARRIER_COUNT, P_SOURCE, P_FEEDER = range(
    10, 18
)
P_SIMPLE = 18  # every taker takes single parts
FP_AREA = 0
BUFFER, SUPPLY, EXIT, SCRAP = range(4)

# Parts.
QR = 8
Q_NEXT, Q_TYPE, Q_LOOPS, Q_ORDER, Q_DEST, Q_COUNTS = range(6)
FQ_ENTER, FQ_BORN = range(2)

# Failure modes.
FR = 12
FM_KIND, FM_MACHINE, FM_TTF, FM_TTR, FM_CLOCK, FM_SKILL, FM_SLOT, FM_RESTART, FM_LIVE = range(9)
FF_AT, FF_AGE0, FF_OFF = range(3)
CLOCK_BUSY, CLOCK_TIME = range(2)

# Distributions.
DR = 8
D_KIND, D_TABLE, D_SIZE = range(3)
FD_A, FD_B, FD_C, FD_D, FD_E = range(5)
CONST, EXP, UNIFORM, TRIANGULAR, NORMAL, LOGNORMAL, GAMMA, WEIBULL, EMPIRICAL, GEOMETRIC = range(10)
GAMMA_LOW, GAMMA_STEPS_PER_UNIT = -8.0, 32.0  # grid of the gamma table in normal scores

# Skills and groups of operators.
KR = 8
K_HEAD, K_TAIL, K_GROUPS, K_GROUP_COUNT = range(4)
GR = 8
G_FREE, G_COUNT, G_SKILLS, G_SKILL_COUNT, G_STRENGTH = range(5)  # G_COUNT: on shift now; G_STRENGTH: when on
FG_BUSY = 0  # time its people spent at work

# Sources.
SR = 20
S_KIND, S_RULE, S_PLACE, S_DIST, S_BATCH, S_PICK, S_LOT, S_LEFT, S_TYPE, S_LOSES = range(10)
S_SLOT, S_MIX, S_MIX_COUNT, S_MADE, S_PENDING, S_ORDER, S_ORDER_END, S_READY = range(10, 18)
S_COUNTS = 18  # its parts count to the limit
SATURATED, ARRIVALS, ORDERS = range(3)
PICK_LEVEL, PICK_RANDOM = range(2)
XR = 4  # mix row: type, count so far; share in R
X_KIND, X_COUNT = range(2)
OR_ = 6  # order row
O_TYPE, O_QUANTITY, O_LEFT, O_TO_DO = range(4)
FO_RELEASE, FO_DONE = range(2)

# Calendars.
CR = 12
C_KIND, C_LO, C_COUNT, C_POINTER, C_ON, C_SLOT, C_MACHINES, C_MACHINE_COUNT, C_GROUPS, C_GROUP_COUNT = range(
    10
)
FC_PERIOD, FC_BASE = range(2)

# What stands behind a slot above the machines.
IS_MODE, IS_SOURCE, IS_CALENDAR = range(3)

# Flows, routing rows, tools, assembly rows, gifts of a disassembly.
FLR = 4
FL_SOURCE, FL_TARGET, FL_DIST = range(3)
RR = 4
R_PLACE, R_REWORK, R_LAST = range(3)
TR = 4
TL_EVERY, TL_LEFT, TL_DIST = range(3)
IR = 2
IN_PLACE, IN_QUANTITY = range(2)
GVR = 2
GV_PLACE, GV_QUANTITY = range(2)

# Actions of the zero-time work.
(
    A_TIMER,
    A_FAIL,
    A_UP,
    A_STAGE,
    A_FINISH,
    A_PUT,
    A_TAKE,
    A_NEXT,
    A_CALL,
    A_ENTER,
    A_START,
    A_ROOM,
    A_RESUME,
    A_BREAK,
    A_STOP,
) = range(15)

# Why a run ended.
DONE, FULL, DEADLOCK, FINISHED, OVERFLOW = range(5)
FOREVER = 1 << 60  # capacity of a place without limit

# A row of results: header, then machines, places, groups of operators, orders, output by bin, lead times.
X_GOOD, X_SCRAP, X_LOST, X_WIP, X_LEAD, X_CODE, X_EVENTS, X_NOW = range(8)
X_HEAD = 8
XM_MADE, XM_SCRAPPED, XM_FAILURES, XM_REWORKED = range(4)
XM = 4 + PHASES  # counts, then time by phase

LEAD_BINS = 1024  # lead times in steps of 1/32 octave from LEAD_LOW_S on
LEAD_PER_OCTAVE = 32.0
LEAD_LOW_S = 2.0**-6
