"""What aftercare keeps. One file a subject; all of it is one metadata."""

from services.aftercare.tables.declaring import Table as Table
from services.aftercare.tables.follow_ups import (
    Attempt as Attempt,
)
from services.aftercare.tables.follow_ups import (
    Attendance as Attendance,
)
from services.aftercare.tables.follow_ups import (
    CheckIn as CheckIn,
)
from services.aftercare.tables.follow_ups import (
    ClinicalVisit as ClinicalVisit,
)
from services.aftercare.tables.follow_ups import (
    Concern as Concern,
)
from services.aftercare.tables.follow_ups import (
    FollowUp as FollowUp,
)
from services.aftercare.tables.lists import (
    Feed as Feed,
)
from services.aftercare.tables.lists import (
    FeedFormat as FeedFormat,
)
from services.aftercare.tables.lists import (
    Import as Import,
)
from services.aftercare.tables.lists import (
    Meeting as Meeting,
)
from services.aftercare.tables.lists import (
    Verdict as Verdict,
)
from services.aftercare.tables.messages import (
    Message as Message,
)
from services.aftercare.tables.messages import (
    MessageState as MessageState,
)
from services.aftercare.tables.messages import (
    PageLink as PageLink,
)
from services.aftercare.tables.messages import (
    PageSession as PageSession,
)
from services.aftercare.tables.messages import (
    Purpose as Purpose,
)
from services.aftercare.tables.messages import (
    Stop as Stop,
)
from services.aftercare.tables.plans import (
    OVER as OVER,
)
from services.aftercare.tables.plans import (
    Enrolment as Enrolment,
)
from services.aftercare.tables.plans import (
    EnrolmentState as EnrolmentState,
)
from services.aftercare.tables.plans import (
    Introduction as Introduction,
)
from services.aftercare.tables.plans import (
    KeptApart as KeptApart,
)
from services.aftercare.tables.plans import (
    Occurrence as Occurrence,
)
from services.aftercare.tables.plans import (
    Plan as Plan,
)
from services.aftercare.tables.plans import (
    PlanState as PlanState,
)
from services.aftercare.tables.plans import (
    Preferences as Preferences,
)
from services.aftercare.tables.plans import (
    Tier as Tier,
)
from services.aftercare.tables.told import Consent as Consent
from services.aftercare.tables.told import Stay as Stay
from services.aftercare.tables.worksheets import PointProgress as PointProgress
from services.aftercare.tables.worksheets import Worksheet as Worksheet
