#include "engine/exchange/column_words.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "footfall/member_names.h"

namespace footfall::engine {
namespace {

struct Words {
  WordKind kind;
  absl::string_view words;  // with blanks between; folded
};
constexpr Words kWords[] = {
    {WordKind::kTime,
     "date day days time timestamp datetime week wk kw isoweek month quarter "
     "qtr "
     "trimestre kalenderwoche year ds dt jour "
     "semaine mois annee datum tag woche monat quartal jahr zeit fecha dia "
     "semana mes ano data giorno settimana mese anno dato uge maned vecka "
     "日期 时间 日 月 年 周 天 날짜 일자"},
    {WordKind::kYear, "year yr years annee jahr ano anno 年 年份 年度"},
    {WordKind::kQuarter, "quarter qtr q quartal trimestre 季度 분기"},
    {WordKind::kMonth, "month mon mois monat mes mese 月 月份"},
    {WordKind::kWeek,
     "week wk kw isoweek semaine woche kalenderwoche semana settimana uge "
     "vecka "
     "周"},
    {WordKind::kDay, "day jour tag dia giorno 日"},
    {WordKind::kHour,
     "hour hours hr hrs heure stunde hora ora uhrzeit 小时 时"},
    {WordKind::kEnd,
     "end ends ended ending until through fin ende endend bis fine hasta 截止 "
     "结束"},
    {WordKind::kWeekday, "weekday dow wochentag 星期 星期几"},
    {WordKind::kPeople,
     "dau wau mau user users visitor visitors client clients developer "
     "developers account accounts audience subscriber subscribers member "
     "members uv player players customer customers people person persons "
     "unique uniques uniq distinct active device devices installations "
     "followers fans reach visiteur visiteurs utilisateur utilisateurs abonnes "
     "besucher nutzer benutzer abonnenten kunden usuario usuarios visitantes "
     "clientes utenti visitatori leser lecteurs spieler joueurs jugadores "
     "cloners 日活 月活 周活 用户 访客 人数 会员 粉丝 사용자 ユーザー"},
    {WordKind::kEvents,
     "download downloads install installs uninstalls view views pageview "
     "pageviews hit hits click clicks visit visits session sessions mention "
     "mentions revenue sales sale order orders units purchases signups signup "
     "registrations impression impressions bounce bounces clone clones commits "
     "requests calls errors crashes events plays streams posts comments likes "
     "shares tweets messages searches transactions proceeds income spend cost "
     "costs telechargement telechargements vues clics visites ventes revenus "
     "commandes installationen herunterladungen klicks aufrufe seitenaufrufe "
     "besuche umsatz verkaufe bestellungen erwahnungen descargas visitas "
     "ventas ingresos clics pedidos scaricamenti visite vendite ricavi "
     "下载 下载量 浏览 浏览量 点击 点击量 收入 销量 销售 提及 安装 "
     "ダウンロード 다운로드"},
    {WordKind::kLevel,
     "price rank rate ratio score avg average mean median size stock balance "
     "index temperature duration time rating position interest level min max "
     "prix rang taux moyenne note preis bewertung durchschnitt quote rang "
     "precio tasa media puntuacion prezzo tasso 价格 排名 评分 比率 平均"},
    {WordKind::kValue,
     "value values count counts number amount total n num quantity qty valeur "
     "nombre wert anzahl valor numero cantidad valore 值 数值 数量 次数"},
    {WordKind::kRate,
     "per speed velocity velocities bandwidth throughput latency pace "
     "frequency "
     "intensity density ctr cvr cpc cpm cpa cpi cpl cpv ecpm rpm arpu arppu "
     "arpdau ltv roas roi aov yoy growth change delta diff difference vitesse "
     "croissance frequence geschwindigkeit wachstum haufigkeit velocidad "
     "crecimiento frecuencia velocita crescita frequenza "
     "人均 每 率 均 比 速 倍 あたり 평균 속도 비율 당"},
    {WordKind::kShare,
     "percent percentage pct share proportion fraction pourcentage part "
     "prozent anteil porcentaje percentuale 占比 百分比 份额"},
    {WordKind::kCumulative,
     "cumulative cumul cum cumsum cumulated running todate sofar lifetime "
     "alltime ytd "
     "mtd qtd wtd accumulated accrued kumuliert kumulierte kumulativ bisher "
     "bislang seit cumule cumulee cumules cumulees accumule depuis acumulado "
     "acumulada acumulados acumuladas desde cumulato cumulati cumulata since "
     "累计 累积 累計 迄今 至今 누적"},
    {WordKind::kStanding,
     "current currently live online concurrent simultaneous open opened "
     "pending backlog base outstanding remaining left available existing "
     "inventory queue queued waiting unresolved unfulfilled unprocessed "
     "incomplete progress installed retained retention last past previous prev "
     "prior recent recently latest trailing rolling moving preceding former "
     "earlier yesterday before ago lag lagged smoothed sma ema ma ttm ltm "
     "window lookback peak highest historical historic target goal quota limit "
     "cap budget threshold forecast predicted projected expected planned "
     "estimated pro par por je pool population recurring mrr arr runrate "
     "annualized annualised deferred unearned unfilled unshipped undelivered "
     "unpaid overdue due hold held "
     "actuel actuels actuelle actuelles cours encours attente ouvert ouverts "
     "ouverte ouvertes restant restants restante restantes precedent "
     "precedents precedente precedentes dernier derniers derniere dernieres "
     "glissant glissants glissante glissantes veille parc "
     "aktuell aktuelle aktuellen aktueller offen offene offenen laufend "
     "laufende laufenden bestand ausstehend ausstehende verbleibend "
     "verbleibende vorherige vorherigen vorige vorigen letzte letzten letzter "
     "vergangene vergangenen gleitend gleitende gleitender vortag vormonat "
     "vorjahr "
     "actual actuales atual atuais abierto abiertos abierta abiertas aberto "
     "abertos aberta abertas pendiente pendientes pendente pendentes anterior "
     "anteriores previo previos previa ultimo ultimos ultima ultimas movil "
     "pasado pasados curso "
     "attuale attuali aperto aperti aperta aperte attesa sospeso rimanenti "
     "precedenti ultime corso "
     "当前 目前 现有 现存 存量 在线 同时 未 待 积压 剩余 库存 近 过去 上月 "
     "上周 "
     "上期 上年 前日 前期 滚动 移动 昨日 昨天 历史 目标 预测 预计 峰值 最高 "
     "現在 "
     "保留 直近 過去 前月 前年 현재 대기 최근 지난 이전 남은 진행"},
    {WordKind::kCounter, "row rownum no nr index idx num unnamed 序号 编号"},
    {WordKind::kId, "id ids uuid guid uid key hash"},
    {WordKind::kCode,
     "version versions ver code codes zip plz postcode build release sku "
     "status 版本 代码"},
    {WordKind::kNote,
     "note notes comment remark remarks description memo annotation "
     "annotations "
     "commentaire remarque bemerkung kommentar notiz nota notas comentario "
     "备注 "
     "说明"},
    {WordKind::kEventKind, "kind type category art typ tipo genre 类型 种类"},
    {WordKind::kEventName,
     "name title event release label titel ereignis nom titre evenement nombre "
     "名称 标题 事件"},
    {WordKind::kSource, "source url link quelle lien fuente 来源 链接"},
    {WordKind::kTotal,
     "total totals sum sums grand overall all gesamt summe insgesamt totale "
     "totaux ensemble somme suma 合计 总计 总和"},
};

// Headers of other scripts as names.
struct Translation {
  absl::string_view text;
  absl::string_view name;
};
constexpr Translation kTranslations[] = {
    {"日期", "date"},      {"时间", "time_"},     {"应用", "app"},
    {"产品", "product"},   {"平台", "platform"},  {"地区", "region"},
    {"国家", "country"},   {"城市", "city"},      {"渠道", "channel"},
    {"版本", "version"},   {"日活", "dau"},       {"周活", "wau"},
    {"月活", "mau"},       {"用户", "users"},     {"用户数", "users"},
    {"访客", "visitors"},  {"下载", "downloads"}, {"下载量", "downloads"},
    {"浏览量", "views"},   {"点击量", "clicks"},  {"收入", "revenue"},
    {"价格", "price"},     {"排名", "rank_"},     {"数量", "amount"},
    {"日活跃用户", "dau"}, {"月活跃用户", "mau"}, {"名称", "name"},
};

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Words of a folded text; accents that fold into marks of their own are gone.
std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const std::string folded = FoldName(text);
  for (size_t i = 0; i < folded.size(); ++i) {
    // Combining marks, U+0300 to U+036F.
    const auto byte = static_cast<unsigned char>(folded[i]);
    if ((byte == 0xCC || byte == 0xCD) && i + 1 < folded.size()) {
      ++i;
    } else if (IsPlain(folded[i])) {
      word.push_back(folded[i]);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

// camelCase as words: pageViews is page Views, but iOS stays one.
std::string SplitCase(absl::string_view text) {
  const auto upper = [&](size_t i) {
    return absl::ascii_isupper(static_cast<unsigned char>(text[i]));
  };
  const auto lower = [&](size_t i) {
    return absl::ascii_islower(static_cast<unsigned char>(text[i]));
  };
  const auto small = [&](size_t i) {
    return lower(i) || absl::ascii_isdigit(static_cast<unsigned char>(text[i]));
  };
  std::string split;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins_word =
        i >= 2 && upper(i) &&
        ((small(i - 1) && (small(i - 2) || upper(i - 2))) ||
         (upper(i - 1) && i + 1 < text.size() && lower(i + 1)));
    if (begins_word) split.push_back(' ');
    split.push_back(text[i]);
  }
  return split;
}

// Whether a test holds for a header as it is, or cut where its case changes.
template <typename Test>
bool AnyReading(absl::string_view text, const Test& test) {
  if (test(text)) return true;
  const std::string split = SplitCase(text);
  return split.size() != text.size() && test(absl::string_view(split));
}

bool IsOtherScript(absl::string_view word) {
  return static_cast<unsigned char>(word[0]) >= 0xE0;
}

// The words of a kind, blanks around each: " date day ".
bool Holds(WordKind kind, absl::string_view word) {
  for (const Words& words : kWords) {
    if (words.kind != kind) continue;
    for (const absl::string_view known : absl::StrSplit(words.words, ' ')) {
      if (known == word) return true;
      // A single sign of another script is too little to be found inside; where
      // it only keeps numbers from being added up, it is enough.
      const bool doubt = kind == WordKind::kRate || kind == WordKind::kStanding;
      if (IsOtherScript(known) && (known.size() > 3 || doubt) &&
          absl::StrContains(word, known)) {
        return true;
      }
    }
  }
  return false;
}

// Words that mean one of another kind together.
struct Phrase {
  WordKind kind;
  absl::string_view first;
  absl::string_view second;
};
constexpr Phrase kPhrases[] = {{WordKind::kCumulative, "to", "date"},
                               {WordKind::kCumulative, "so", "far"},
                               {WordKind::kCumulative, "all", "time"},
                               {WordKind::kCumulative, "life", "time"},
                               {WordKind::kCumulative, "au", "total"}};

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

bool IsOneOf(absl::string_view word, absl::string_view words) {
  for (const absl::string_view known : absl::StrSplit(words, ' ')) {
    if (known == word) return true;
  }
  return false;
}

// 7d, 28 days, 24h, d30, ma7, l28, 7日: a number of days or the like.
bool NamesWindow(const std::vector<std::string>& words) {
  constexpr absl::string_view kUnits =
      "d day days w wk wks week weeks m mo mon month months q quarter quarters "
      "y yr year years h hr hrs hour hours min mins minutes j jour jours "
      "semaines mois tage tagen wochen monate monaten dia dias semanas meses "
      "giorni settimane mesi";
  constexpr absl::string_view kBefore =
      "ma sma ema wma d w m l t lag last past prev previous rolling trailing";
  for (size_t i = 0; i < words.size(); ++i) {
    const absl::string_view word = words[i];
    const size_t letters = word.find_first_not_of("0123456789");
    const size_t digits = word.find_first_of("0123456789");
    if (digits == absl::string_view::npos) continue;
    if (letters == absl::string_view::npos) {
      if (i + 1 < words.size() && IsOneOf(words[i + 1], kUnits)) return true;
      continue;
    }
    if (digits == 0 && IsOneOf(word.substr(letters), kUnits)) return true;
    if (digits > 0 && IsDigits(word.substr(digits)) &&
        IsOneOf(word.substr(0, digits), kBefore)) {
      return true;
    }
    for (const absl::string_view sign : {"日", "天", "周", "週", "月", "일"}) {
      const size_t at = word.find(sign);
      if (at != absl::string_view::npos && at > 0 &&
          IsDigits(word.substr(at - 1, 1))) {
        return true;
      }
    }
  }
  return false;
}

// Words after which a name says more about what it names.
constexpr absl::string_view kLinks[] = {
    "of",  "per", "by", "in",  "for", "from", "de",  "du",
    "des", "di",  "da", "del", "von", "pro",  "par", "por"};

// "" where there is none.
std::string HeadOf(absl::string_view text) {
  std::vector<std::string> words =
      WordsOf(text.substr(0, text.find_first_of("([", 1)));
  std::string head;
  for (std::string& word : words) {
    const bool link = std::find(std::begin(kLinks), std::end(kLinks), word) !=
                      std::end(kLinks);
    if (link && !head.empty()) break;
    head = std::move(word);
  }
  return head;
}

bool HasWordIn(absl::string_view text, WordKind kind) {
  const std::vector<std::string> words = WordsOf(text);
  for (size_t i = 0; i < words.size(); ++i) {
    if (Holds(kind, words[i])) return true;
    for (const Phrase& phrase : kPhrases) {
      if (phrase.kind == kind && words[i] == phrase.first &&
          i + 1 < words.size() && words[i + 1] == phrase.second) {
        return true;
      }
    }
  }
  if (kind == WordKind::kStanding && NamesWindow(words)) return true;
  if (kind == WordKind::kRate && absl::StrContains(text, "/")) return true;
  return kind == WordKind::kWeekday && words.size() >= 2 &&
         absl::StartsWith(words[0], "day") && words.back() == "week";
}

bool CountsEventsIn(absl::string_view text) {
  const std::vector<std::string> words = WordsOf(text);
  constexpr absl::string_view kNeutral =
      "count counts number num daily weekly monthly hourly yearly";
  bool is_head = true;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    if (Holds(WordKind::kEvents, *word)) {
      const bool one = Holds(WordKind::kEvents, absl::StrCat(*word, "s"));
      if (is_head || !one) return true;
    }
    is_head =
        is_head && (Holds(WordKind::kTime, *word) || IsOneOf(*word, kNeutral));
  }
  return false;
}

}  // namespace

bool HasWord(absl::string_view text, WordKind kind) {
  return AnyReading(text, [kind](absl::string_view reading) {
    return HasWordIn(reading, kind);
  });
}

bool IsWord(absl::string_view text, WordKind kind) {
  const std::vector<std::string> words = WordsOf(text);
  if (words.empty()) return false;
  for (const std::string& word : words) {
    if (!Holds(kind, word)) return false;
  }
  return true;
}

bool NamesMeasure(absl::string_view header) {
  for (const WordKind kind :
       {WordKind::kPeople, WordKind::kEvents, WordKind::kLevel,
        WordKind::kValue, WordKind::kShare}) {
    if (HasWord(header, kind)) return true;
  }
  return false;
}

bool HeadIs(absl::string_view text, WordKind kind) {
  return AnyReading(text, [kind](absl::string_view reading) {
    const std::string head = HeadOf(reading);
    return !head.empty() && Holds(kind, head);
  });
}

bool HeadIsOne(absl::string_view text, WordKind kind) {
  return AnyReading(text, [kind](absl::string_view reading) {
    const std::string head = HeadOf(reading);
    if (head.empty() || !Holds(kind, head)) return false;
    const bool many = head.size() > 1 && head.back() == 's' &&
                      Holds(kind, head.substr(0, head.size() - 1));
    return !many;
  });
}

bool CountsEvents(absl::string_view text) {
  return AnyReading(text, CountsEventsIn);
}

std::string NameFrom(absl::string_view text) {
  const std::string trimmed = CollapseBlanks(text);
  for (const Translation& known : kTranslations) {
    if (trimmed == known.text) return std::string(known.name);
  }
  std::string name;
  for (const std::string& word : WordsOf(text)) {
    std::string part;
    for (const char c : word) {
      if (absl::ascii_isalnum(static_cast<unsigned char>(c))) part.push_back(c);
    }
    if (part.empty()) continue;
    if (!name.empty()) name.push_back('_');
    name += part;
  }
  if (name.empty()) return name;
  if (!absl::ascii_islower(static_cast<unsigned char>(name[0]))) {
    name.insert(0, "x_");
  }
  if (name == "time" || name == "offset" || name == "partial" ||
      name == "events") {
    name += "_";
  }
  return name.substr(0, 60);
}

}  // namespace footfall::engine
