"""The questionnaires: what may be answered, how it is scored, what of it needs a person. Pure."""

from services.aftercare.follow_up.instruments.definitions import BAM as BAM
from services.aftercare.follow_up.instruments.definitions import INSTRUMENTS as INSTRUMENTS
from services.aftercare.follow_up.instruments.definitions import PHQ9 as PHQ9
from services.aftercare.follow_up.instruments.definitions import WEEKLY as WEEKLY
from services.aftercare.follow_up.instruments.definitions import Definition as Definition
from services.aftercare.follow_up.instruments.definitions import NotAnItem as NotAnItem
from services.aftercare.follow_up.instruments.questions import Question as Question
from services.aftercare.follow_up.instruments.questions import questions as questions
from services.aftercare.follow_up.instruments.scoring import flags_of as flags_of
from services.aftercare.follow_up.instruments.scoring import scores_of as scores_of
from services.aftercare.follow_up.instruments.worries import Worry as Worry
from services.aftercare.follow_up.instruments.worries import worries_of as worries_of
