"""The words a project is described with: enumerations of the ledger's terms, no tables."""

from __future__ import annotations

from django.db import models


class Source(models.TextChoices):
    """线索来源: where the lead came from."""

    WEBSITE = "website", "网站咨询"
    FAIR = "fair", "推介会"
    VISIT = "visit", "外出招商"
    INBOUND = "inbound", "主动咨询"
    REFERRAL = "referral", "转介"
    ASSOCIATION = "association", "商会协会"
    ASSIGNED = "assigned", "领导交办"
    OTHER = "other", "其他"


class Method(models.TextChoices):
    """招商方式: the way by which the project was won, whatever brought the lead."""

    CHAIN = "chain", "产业链招商"
    THROUGH_FIRMS = "through_firms", "以商招商"
    RESIDENT = "resident", "驻点招商"
    EVENT = "event", "活动招商"
    FUND = "fund", "基金招商"
    ALUMNI = "alumni", "校友招商"
    SCENARIO = "scenario", "场景招商"
    STATE_FIRMS = "state_firms", "央地合作"
    PLATFORM = "platform", "平台招商"
    OTHER = "other", "其他方式"


class CapitalNature(models.TextChoices):
    """资金性质. 港澳台资 is counted with foreign capital in national statistics, and apart here."""

    DOMESTIC = "domestic", "内资"
    FOREIGN = "foreign", "外资"
    HMT = "hmt", "港澳台资"


class SourceArea(models.TextChoices):
    """来源区域, as a county sees it: each class lies outside the one before."""

    COUNTY = "county", "县内"
    CITY = "city", "市内县外"
    PROVINCE = "province", "省内市外"
    NATION = "nation", "国内省外"
    ABROAD = "abroad", "境外"


class ConstructionNature(models.TextChoices):
    """建设性质. 开业 takes over a finished plant: nothing is built."""

    NEW = "new", "新建"
    EXPANSION = "expansion", "扩建"
    REBUILDING = "rebuilding", "改建"
    UPGRADE = "upgrade", "技改"
    RELOCATION = "relocation", "迁建"
    OPENING = "opening", "开业"


class AssignedLevel(models.TextChoices):
    """交办层级: who gave the lead to the bureau."""

    SECRETARY = "secretary", "书记交办"
    HEAD = "head", "县长交办"
    DEPUTY = "deputy", "分管领导交办"
    NONE = "none", "非领导交办"


class LandMode(models.TextChoices):
    """用地方式: how the project gets its site."""

    NEW = "new", "新供地"
    EXISTING = "existing", "现有用地"
    RENT = "rent", "租赁厂房"
    BUY = "buy", "购置厂房"
    OTHER = "other", "其他"


class Currency(models.TextChoices):
    CNY = "CNY", "人民币"
    USD = "USD", "美元"
    EUR = "EUR", "欧元"
    HKD = "HKD", "港元"
    JPY = "JPY", "日元"
    GBP = "GBP", "英镑"
    KRW = "KRW", "韩元"
    SGD = "SGD", "新加坡元"
    TWD = "TWD", "新台币"
    MOP = "MOP", "澳门元"
    AUD = "AUD", "澳大利亚元"
    CAD = "CAD", "加拿大元"
    CHF = "CHF", "瑞士法郎"
    NZD = "NZD", "新西兰元"
    SEK = "SEK", "瑞典克朗"
    NOK = "NOK", "挪威克朗"
    DKK = "DKK", "丹麦克朗"
    RUB = "RUB", "俄罗斯卢布"
    INR = "INR", "印度卢比"
    THB = "THB", "泰铢"
    MYR = "MYR", "马来西亚林吉特"
    IDR = "IDR", "印度尼西亚盾"
    VND = "VND", "越南盾"
    AED = "AED", "阿联酋迪拉姆"
    SAR = "SAR", "沙特里亚尔"
