"""Named limits shared by more than one floor. A limit that one module uses lives in that module."""

MAX_TEXT_VALUE = 4096  # characters of one observation's text; longer is rejected with a reason
MAX_TAG_LENGTH = 160  # characters of "asset/signal"
MAX_ASSET_ID_LENGTH = 60
MAX_FUTURE_S = 300.0  # source clocks may lead ours by this much before a value counts as "from the future"
MAX_PAST_YEARS = 30
MAX_CHART_POINTS = 4000  # points per series an answer may hold
MAX_CHART_TAGS = 20
MAX_PAGE_ROWS = 500
