"""SMART's tools as data: what each asks for, and whether an answer is one. Pure."""

from services.aftercare.smart.tools.checking import Answers as Answers
from services.aftercare.smart.tools.checking import Fault as Fault
from services.aftercare.smart.tools.checking import Problem as Problem
from services.aftercare.smart.tools.checking import check as check
from services.aftercare.smart.tools.checking import missing as missing
from services.aftercare.smart.tools.definitions import TOOLS as TOOLS
from services.aftercare.smart.tools.definitions import tools_of as tools_of
from services.aftercare.smart.tools.kinds import Definition as Definition
from services.aftercare.smart.tools.kinds import Field as Field
from services.aftercare.smart.tools.reading import texts as texts
from services.aftercare.smart.tools.reading import tidy as tidy
